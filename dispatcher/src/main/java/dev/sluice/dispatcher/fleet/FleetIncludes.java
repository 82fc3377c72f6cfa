package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The {@code FleetInclude} documents of a fleet, and the applications that they bring into it. */
final class FleetIncludes {

  private final GeneratorTrees trees;
  private final Map<ApplicationName, String> owners;
  private final Map<String, IncludeDocument> documents = new TreeMap<>();
  private final Map<String, String> files = new HashMap<>();
  private final List<String> invalid = new ArrayList<>();
  private final List<IncludedFleet> fleets = new ArrayList<>();

  /**
   * Creates the includes of a fleet.
   *
   * @param owners by application in force, the include that it belongs to
   */
  FleetIncludes(GeneratorTrees trees, Map<ApplicationName, String> owners) {
    this.trees = trees;
    this.owners = owners;
  }

  /** Reads a document; errors become problems of the document. */
  void read(
      DocumentHeader header, Map<String, FleetRepository> repositories, ProjectDocuments projects) {
    IncludeDocument.read(header, repositories, projects)
        .ifPresentOrElse(
            include -> {
              documents.put(include.name(), include);
              files.put(include.name(), header.document().summary().file());
            },
            () -> header.name().ifPresent(invalid::add));
  }

  /**
   * Reads what the documents include. Of applications with the same name in several includes, the
   * one that is in force stays; if none is, none comes into force.
   */
  void load(IncludedFleet.Surroundings surroundings) {
    for (IncludeDocument include : documents.values()) {
      fleets.add(IncludedFleet.read(include, trees, surroundings));
    }
    Map<ApplicationName, List<IncludedFleet>> byName = new TreeMap<>();
    for (IncludedFleet fleet : fleets) {
      fleet
          .applications()
          .forEach(name -> byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(fleet));
    }
    byName.forEach(
        (name, same) -> {
          if (same.size() > 1) {
            settle(name, same);
          }
        });
  }

  private void settle(ApplicationName name, List<IncludedFleet> same) {
    Predicate<IncludedFleet> hadItFirst = fleet -> fleet.name().equals(owners.get(name));
    boolean isInForce = same.stream().anyMatch(hadItFirst);
    for (IncludedFleet fleet : same) {
      if (!hadItFirst.test(fleet)) {
        fleet.refuse(name, others(fleet, same) + (isInForce ? ", of which one had it first" : ""));
      }
    }
  }

  private static String others(IncludedFleet fleet, List<IncludedFleet> same) {
    return same.stream()
        .filter(other -> other != fleet)
        .map(other -> "FleetInclude '%s'".formatted(other.name()))
        .collect(Collectors.joining(" and "));
  }

  /** Returns the definitions that are valid by themselves. */
  List<Definition> definitions() {
    return fleets.stream().map(IncludedFleet::definitions).flatMap(List::stream).toList();
  }

  /** Returns the documents of the applications, valid or not. */
  Map<ApplicationName, FleetDocument> applicationDocuments() {
    Map<ApplicationName, FleetDocument> found = new HashMap<>();
    for (IncludedFleet fleet : fleets) {
      fleet.applications().forEach(name -> found.put(name, fleet.document(name)));
    }
    return found;
  }

  /** Returns the places and contents of the documents of the applications. */
  Map<ApplicationName, FleetDocuments.Document> summaries() {
    Map<ApplicationName, FleetDocuments.Document> found = new HashMap<>();
    for (IncludedFleet fleet : fleets) {
      fleet.applications().forEach(name -> found.put(name, fleet.summary(name)));
    }
    return found;
  }

  /** Keeps the definitions of applications as they were, since their dependencies are refused. */
  void refuse(Collection<ApplicationName> refused) {
    for (IncludedFleet fleet : fleets) {
      refused.stream().filter(fleet.applications()::contains).forEach(fleet::refuse);
    }
  }

  /** Returns the documents of the includes, with the commits that were read. */
  Map<String, FleetDocuments.Include> documents() {
    Map<String, FleetDocuments.Include> found = new HashMap<>();
    for (IncludedFleet fleet : fleets) {
      found.put(
          fleet.name(),
          new FleetDocuments.Include(
              Optional.ofNullable(files.get(fleet.name())).orElseThrow(), fleet.source()));
    }
    return found;
  }

  /** Returns the documents of the sets in includes, with the commits that they read. */
  Map<String, FleetDocuments.SetDocument> setDocuments() {
    Map<String, FleetDocuments.SetDocument> found = new HashMap<>();
    fleets.forEach(fleet -> found.putAll(fleet.setDocuments()));
    return found;
  }

  /**
   * Returns what a push may change.
   *
   * @param included the names of the applications of includes
   */
  DependencyRules.Generated addTo(DependencyRules.Generated ofSets, Set<ApplicationName> included) {
    Set<ApplicationName> changing = new HashSet<>(ofSets.applications());
    changing.addAll(included);
    return new DependencyRules.Generated(
        ofSets.isComplete()
            && invalid.isEmpty()
            && fleets.stream().allMatch(IncludedFleet::isComplete),
        ofSets.readsRepositories() || !fleets.isEmpty(),
        changing,
        included);
  }

  /** Returns what the sets of the fleet generate, with what the includes include. */
  GeneratedSets addTo(GeneratedSets ofFleet) {
    List<GeneratedSets> parts = new ArrayList<>(List.of(ofFleet));
    fleets.forEach(fleet -> parts.add(fleet.result()));
    parts.add(GeneratedSets.ofInvalid(invalid));
    return GeneratedSets.merged(parts);
  }
}
