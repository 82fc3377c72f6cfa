package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Rules for the dependencies of a whole fleet: each one exists in its cluster, and none leads back
 * to its application.
 *
 * <p>An application depends on the same others in all of its clusters, and each of these exists
 * where it is waited for. So clusters wait for each other in a circle exactly if applications do,
 * and only the applications have to be looked at.
 */
final class DependencyRules {

  /** Applications of a cycle that a problem names. */
  private static final int NAMED = 50;

  private final Map<ApplicationName, Definition> definitions;
  private final Map<ApplicationName, FleetDocument> documents;
  private final Generated generated;
  private final List<FleetProblem> ofSets = new ArrayList<>();
  private final Set<ApplicationName> refused = new TreeSet<>();
  private final Set<ApplicationName> inCycles = new HashSet<>();

  /**
   * Applications that ApplicationSets generate and FleetIncludes include.
   *
   * @param isComplete whether there are no other applications; false if a set's could not be
   *     generated
   * @param readsRepositories whether a push may change which applications exist
   * @param applications that a push may change
   * @param included those of FleetIncludes: if one is in a cycle, only such applications of the
   *     cycle are refused, so that a team does not stop the applications of the fleet's own
   *     documents
   */
  record Generated(
      boolean isComplete,
      boolean readsRepositories,
      Set<ApplicationName> applications,
      Set<ApplicationName> included) {
    Generated {
      applications = Set.copyOf(applications);
      included = Set.copyOf(included);
    }
  }

  /**
   * Creates the rules.
   *
   * @param definitions the applications that are valid by themselves, sorted by name
   * @param documents the documents of all known applications
   */
  DependencyRules(
      Map<ApplicationName, Definition> definitions,
      Map<ApplicationName, FleetDocument> documents,
      Generated generated) {
    this.definitions = definitions;
    this.documents = documents;
    this.generated = generated;
  }

  /** Reports the problems, and returns the applications that are refused for them. */
  Set<ApplicationName> refused() {
    definitions.values().forEach(this::refuseUnknown);
    refuseCycles();
    return refused;
  }

  /** Returns the problems that a push may have caused, and that are not of the documents. */
  List<FleetProblem> ofSets() {
    return ofSets;
  }

  private void refuseUnknown(Definition definition) {
    for (int i = 0; i < definition.dependencies().size(); i++) {
      Dependency dependency = definition.dependencies().get(i);
      String field = "spec.dependsOn[%d].".formatted(i);
      if (!documents.containsKey(dependency.application()) && generated.isComplete()) {
        refuse(
            definition,
            field + "application",
            "there is no Application named '%s' in the fleet".formatted(dependency.application()),
            generated.readsRepositories());
        continue;
      }
      Definition other = definitions.get(dependency.application());
      if (other == null) {
        continue; // its own document has problems
      }
      Set<ClusterName> missing = clusters(dependency, definition);
      other.clusters().forEach(cluster -> missing.remove(cluster.name()));
      if (!missing.isEmpty()) {
        refuse(
            definition,
            field + (dependency.cluster().isPresent() ? "cluster" : "application"),
            "application '%s' does not go to %s, where it would be waited for: name another cluster"
                .formatted(dependency.application(), missing),
            generated.applications().contains(dependency.application()));
      }
    }
  }

  private static Set<ClusterName> clusters(Dependency dependency, Definition definition) {
    Set<ClusterName> clusters = new TreeSet<>();
    definition.clusters().forEach(cluster -> clusters.add(dependency.in(cluster.name())));
    return clusters;
  }

  private void refuse(Definition definition, String field, String message, boolean mayBeOfPush) {
    report(definition.application(), FleetRule.UNKNOWN_REFERENCE, field, message, mayBeOfPush);
    refused.add(definition.application());
  }

  /** Reports a problem of a document, or of the sets if a push may have caused it. */
  private void report(
      ApplicationName application,
      FleetRule rule,
      String field,
      String message,
      boolean mayBeOfPush) {
    if (mayBeOfPush && !generated.applications().contains(application)) {
      ofSets.add(document(application).located(rule, field, message));
    } else {
      document(application).problem(rule, field, message);
    }
  }

  /**
   * Refuses cycles until none is left: a cycle through an included application, which is refused
   * alone, may hide one of the fleet's own applications.
   */
  private void refuseCycles() {
    int before;
    do {
      before = inCycles.size();
      searchCycles(Set.copyOf(inCycles));
    } while (inCycles.size() > before);
  }

  /**
   * Searches in depth first, without recursion: a fleet may be one long chain.
   *
   * @param without applications of cycles that are reported
   */
  private void searchCycles(Set<ApplicationName> without) {
    Set<ApplicationName> done = new HashSet<>(without);
    for (ApplicationName start : definitions.keySet()) {
      List<ApplicationName> path = new ArrayList<>();
      Map<ApplicationName, Integer> next = new HashMap<>();
      enter(start, path, next, done);
      while (!path.isEmpty()) {
        ApplicationName last = path.getLast();
        List<Dependency> dependencies = definitions.get(last).dependencies();
        int index = next.merge(last, 1, Integer::sum) - 1;
        if (index >= dependencies.size()) {
          path.removeLast();
          done.add(last);
          continue;
        }
        ApplicationName dependency = dependencies.get(index).application();
        if (inCycles.contains(last) && inCycles.contains(dependency)) {
          continue; // in a cycle that is reported
        }
        if (next.containsKey(dependency) && !done.contains(dependency)) {
          List<ApplicationName> cycle = path.subList(path.indexOf(dependency), path.size());
          refuseCycle(cycle, next);
        } else {
          enter(dependency, path, next, done);
        }
      }
    }
  }

  private void enter(
      ApplicationName application,
      List<ApplicationName> path,
      Map<ApplicationName, Integer> next,
      Set<ApplicationName> done) {
    if (definitions.containsKey(application) && !done.contains(application)) {
      path.add(application);
      next.put(application, 0);
    }
  }

  /**
   * Reports a cycle at its first application by name, and refuses all of its applications, or those
   * of includes.
   *
   * @param next by application, the number of its next dependency: the one before closes the cycle
   */
  private void refuseCycle(List<ApplicationName> cycle, Map<ApplicationName, Integer> next) {
    Set<ApplicationName> refusable = new TreeSet<>(cycle);
    refusable.retainAll(generated.included());
    if (refusable.isEmpty()) {
      refusable.addAll(cycle);
    }
    refused.addAll(refusable);
    inCycles.addAll(refusable);
    int first = cycle.indexOf(refusable.iterator().next());
    List<String> steps = new ArrayList<>();
    for (int i = 0; i < Math.min(NAMED, cycle.size()); i++) {
      ApplicationName application = cycle.get((first + i) % cycle.size());
      steps.add(
          "%s (%s)"
              .formatted(
                  application, document(application).place(field(next.get(application) - 1))));
    }
    if (cycle.size() > NAMED) {
      steps.add("%d more".formatted(cycle.size() - NAMED));
    }
    ApplicationName named = cycle.get(first);
    steps.add(named.value());
    report(
        named,
        FleetRule.DEPENDENCY_CYCLE,
        field(next.get(named) - 1),
        "the application would wait for itself: %s; remove one of these dependencies"
            .formatted(String.join(" -> ", steps)),
        cycle.stream().anyMatch(generated.applications()::contains));
  }

  private static String field(int index) {
    return "spec.dependsOn[%d].application".formatted(index);
  }

  private FleetDocument document(ApplicationName application) {
    FleetDocument document = documents.get(application);
    if (document == null) {
      throw new IllegalStateException("there is no document of " + application);
    }
    return document;
  }
}
