package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Result of reading the fleet's documents.
 *
 * @param definitions the valid applications, sorted by name
 * @param invalid applications with an invalid document: they keep their previous definition
 * @param complete whether missing applications were really removed; false if a file, or the name in
 *     a document, could not be read: then nothing may be removed or deselected
 * @param problems the first 1,000, in the order of files and documents, and one that counts others
 * @param repositories sorted by name
 * @param revision digest of the content, independent of files, order and layout
 * @param commit the commit that has the documents; empty for a directory
 * @param documents where the valid definitions are
 * @param projects the valid projects by name
 * @param sets what the ApplicationSets generate
 */
public record FleetReading(
    List<Definition> definitions,
    Set<ApplicationName> invalid,
    boolean complete,
    List<FleetProblem> problems,
    SortedSet<ClusterName> clusters,
    List<FleetRepository> repositories,
    String revision,
    Optional<CommitId> commit,
    FleetDocuments documents,
    Map<String, DeclaredProject> projects,
    GeneratedSets sets) {

  public FleetReading {
    definitions = List.copyOf(definitions);
    invalid = Set.copyOf(invalid);
    problems = List.copyOf(problems);
    repositories = List.copyOf(repositories);
    projects = Map.copyOf(projects);
  }

  /**
   * Returns the known applications that keep their definitions: their documents, or something of
   * the sets that generate them, could not be read.
   */
  public Set<ApplicationName> kept(Map<ApplicationName, Definition> known) {
    Set<ApplicationName> read = new HashSet<>();
    definitions.forEach(definition -> read.add(definition.application()));
    Set<ApplicationName> kept = new HashSet<>(invalid);
    takenOver(known).forEach(definition -> kept.add(definition.application()));
    known.values().stream()
        .filter(definition -> !read.contains(definition.application()) && isKept(definition))
        .forEach(definition -> kept.add(definition.application()));
    return kept;
  }

  /** Returns whether the set or the include of a definition keeps it although it was not read. */
  private boolean isKept(Definition known) {
    return known.generatedBy().filter(sets.kept()::contains).isPresent()
        || known
            .includedBy()
            .map(sets.includes()::get)
            .filter(include -> include.keeps(known.application()))
            .isPresent();
  }

  /**
   * Returns the generated and included definitions of known applications whose owner, which is
   * another set, include or document, was not read completely. The owner may still define them, so
   * they are not taken over.
   */
  List<Definition> takenOver(Map<ApplicationName, Definition> known) {
    return definitions.stream()
        .filter(read -> takesOver(read, known.get(read.application())))
        .toList();
  }

  private boolean takesOver(Definition read, @Nullable Definition old) {
    boolean isOfPush = read.generatedBy().isPresent() || read.includedBy().isPresent();
    return old != null
        && isOfPush
        && !isOfSameOwner(read, old)
        && !isOfFleetAgain(read, old)
        && mayStillBeDefined(old);
  }

  /**
   * Returns the included definitions of known applications that belong to another include or to the
   * fleet itself. They come into force after the application was removed, which the guard may hold:
   * else a team could take an application over that its owner has lost by mistake.
   */
  Set<ApplicationName> awaitingRemoval(Map<ApplicationName, Definition> known) {
    return definitions.stream()
        .filter(read -> isOfOther(read, known.get(read.application())))
        .map(Definition::application)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean isOfOther(Definition read, @Nullable Definition old) {
    return old != null
        && read.includedBy().isPresent()
        && !read.includedBy().equals(old.includedBy());
  }

  /** Returns whether the fleet's own documents define an application of an include: they stand. */
  private static boolean isOfFleetAgain(Definition read, Definition old) {
    return read.includedBy().isEmpty() && old.includedBy().isPresent();
  }

  private static boolean isOfSameOwner(Definition one, Definition other) {
    return one.generatedBy().equals(other.generatedBy())
        && one.includedBy().equals(other.includedBy());
  }

  /** Returns whether the owner of a definition may define it although it was not read. */
  private boolean mayStillBeDefined(Definition old) {
    boolean isOwnerRead =
        old.includedBy().map(sets.includes()::containsKey).orElse(false)
            || old.generatedBy().filter(sets.policies()::containsKey).isPresent();
    return isKept(old) || (!complete && !isOwnerRead);
  }

  /** Returns the name of the revision in events: its commit, or the digest of a directory. */
  String acceptedAs() {
    return commit.map(CommitId::value).orElse(revision);
  }
}
