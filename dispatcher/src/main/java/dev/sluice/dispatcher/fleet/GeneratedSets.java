package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.generate.GeneratorSource;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the ApplicationSets of a reading of the fleet generate.
 *
 * @param policies of the valid sets by name
 * @param kept sets that could not be evaluated completely: none of their applications is removed
 * @param sources that generators read
 * @param problems of applications and generators that depend on the content of repositories: they
 *     concern their set only, and refuse no revision
 * @param unread sets whose repositories could not be read, with the reason
 * @param isPending whether a repository is being fetched for the first time
 * @param applications valid or not, sorted by set
 * @param broken sources whose mirrors could not be read, with the reason
 */
public record GeneratedSets(
    Map<String, SetPolicy> policies,
    Set<String> kept,
    Set<GeneratorSource> sources,
    List<FleetProblem> problems,
    List<String> unread,
    boolean isPending,
    List<Generated> applications,
    Map<GeneratorSource, String> broken) {

  static final GeneratedSets NONE =
      new GeneratedSets(
          Map.of(), Set.of(), Set.of(), List.of(), List.of(), false, List.of(), Map.of());

  public GeneratedSets {
    policies = Map.copyOf(policies);
    kept = Set.copyOf(kept);
    sources = Set.copyOf(sources);
    problems = List.copyOf(problems);
    unread = List.copyOf(unread);
    applications = List.copyOf(applications);
    broken = Map.copyOf(broken);
  }

  /**
   * An application that a set generates.
   *
   * @param element that it is generated for, such as {@code directory 'apps/web' of shop}
   * @param overrides indexes of those that apply to it
   */
  public record Generated(
      String set, ApplicationName application, String element, List<Integer> overrides) {
    public Generated {
      overrides = List.copyOf(overrides);
    }
  }

  /** Returns whether everything that generators read was read. */
  boolean isSettled() {
    return unread.isEmpty() && !isPending;
  }
}
