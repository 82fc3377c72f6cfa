package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.generate.GeneratorSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The applications that the ApplicationSets of a fleet generate, and those of its FleetIncludes.
 *
 * @param policies of the valid sets by name
 * @param kept sets that could not be evaluated completely: none of their applications is removed
 * @param readers by a source, the generators and includes that read it, such as {@code
 *     ApplicationSet web}
 * @param problems of applications and generators that depend on the content of repositories: they
 *     concern their set or include only, and refuse no revision
 * @param unread sets and includes whose repositories could not be read, with the reason
 * @param isPending whether a repository is being fetched for the first time
 * @param applications valid or not, sorted by set
 * @param broken sources whose mirrors could not be read, with the reason
 * @param includes by name
 */
public record GeneratedSets(
    Map<String, SetPolicy> policies,
    Set<String> kept,
    Map<GeneratorSource, SortedSet<String>> readers,
    List<FleetProblem> problems,
    List<String> unread,
    boolean isPending,
    List<Generated> applications,
    Map<GeneratorSource, String> broken,
    Map<String, Included> includes) {

  static final GeneratedSets NONE = of(Map.of());

  public GeneratedSets {
    policies = Map.copyOf(policies);
    kept = Set.copyOf(kept);
    readers = Map.copyOf(readers);
    problems = List.copyOf(problems);
    unread = List.copyOf(unread);
    applications = List.copyOf(applications);
    broken = Map.copyOf(broken);
    includes = Map.copyOf(includes);
  }

  /**
   * A FleetInclude and the state of its documents.
   *
   * @param project that bounds its applications; empty if its document has problems
   * @param isKept whether it could not be read completely: none of its applications is removed
   * @param invalid its applications that keep their definitions
   */
  public record Included(
      SetPolicy policy, Optional<String> project, boolean isKept, Set<ApplicationName> invalid) {
    public Included {
      invalid = Set.copyOf(invalid);
    }

    /** Returns whether an application of the include that was not read stays as it is. */
    boolean keeps(ApplicationName application) {
      return isKept || invalid.contains(application);
    }
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

  /** Returns what generators and includes read. */
  public Set<GeneratorSource> sources() {
    return readers.keySet();
  }

  /** Returns the sets and includes that keep their applications, named as in the readers. */
  Set<String> keptReaders() {
    return Stream.concat(
            kept.stream().map(name -> "ApplicationSet " + name),
            includes.entrySet().stream()
                .filter(one -> one.getValue().isKept())
                .map(one -> "FleetInclude " + one.getKey()))
        .collect(Collectors.toSet());
  }

  /** Returns whether everything that generators read was read. */
  boolean isSettled() {
    return unread.isEmpty() && !isPending;
  }

  /** Returns includes whose documents have problems: they keep their applications. */
  static GeneratedSets ofInvalid(List<String> includes) {
    Included invalid = new Included(SetPolicy.DEFAULT, Optional.empty(), true, Set.of());
    return of(includes.stream().distinct().collect(Collectors.toMap(name -> name, _ -> invalid)));
  }

  /** Returns includes without sets. */
  static GeneratedSets of(Map<String, Included> includes) {
    return new GeneratedSets(
        Map.of(), Set.of(), Map.of(), List.of(), List.of(), false, List.of(), Map.of(), includes);
  }

  /** Returns this without problems. */
  GeneratedSets withoutProblems() {
    return new GeneratedSets(
        policies, kept, readers, List.of(), unread, isPending, applications, broken, includes);
  }

  /** Returns what is known of all parts, each with other sets and includes. */
  static GeneratedSets merged(List<GeneratedSets> parts) {
    Map<String, SetPolicy> policies = new HashMap<>();
    Map<GeneratorSource, String> broken = new HashMap<>();
    Map<String, Included> includes = new HashMap<>();
    Map<GeneratorSource, SortedSet<String>> readers = new HashMap<>();
    for (GeneratedSets part : parts) {
      part.readers.forEach(
          (source, names) -> readers.computeIfAbsent(source, _ -> new TreeSet<>()).addAll(names));
      policies.putAll(part.policies);
      broken.putAll(part.broken);
      includes.putAll(part.includes);
    }
    return new GeneratedSets(
        policies,
        all(parts, GeneratedSets::kept).collect(Collectors.toSet()),
        readers,
        all(parts, GeneratedSets::problems).toList(),
        all(parts, GeneratedSets::unread).toList(),
        parts.stream().anyMatch(GeneratedSets::isPending),
        all(parts, GeneratedSets::applications).toList(),
        broken,
        includes);
  }

  private static <T> Stream<T> all(
      List<GeneratedSets> parts, Function<GeneratedSets, Collection<T>> list) {
    return parts.stream().map(list).flatMap(Collection::stream);
  }
}
