package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.KindPattern;
import dev.sluice.contract.fleet.NamePattern;
import dev.sluice.contract.fleet.Project;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Reader of {@code Project} documents. A field without a value is refused where leaving it out
 * allows more than an empty list.
 */
final class ProjectDocuments {

  private static final List<KindPattern> EVERY_KIND = List.of(KindPattern.parse("*"));

  private final SortedMap<String, DeclaredProject> projects = new TreeMap<>();
  private final Map<String, FleetDocuments.Document> documents = new HashMap<>();
  private final Set<String> invalid = new HashSet<>();

  /** Reads a document; errors become problems of the document. */
  void read(String name, FleetDocument document, Fields spec) {
    List<NamePattern> repositories = required(spec, "repositories");
    List<NamePattern> clusters = required(spec, "clusters");
    List<NamePattern> namespaces = required(spec, "namespaces");
    Optional<Fields> kinds = spec.fields("kinds");
    List<KindPattern> allowed =
        kinds
            .flatMap(fields -> optional(fields, "allow", ProjectDocuments::namespacedKind))
            .orElse(EVERY_KIND);
    List<KindPattern> denied =
        kinds
            .flatMap(fields -> optional(fields, "deny", ProjectDocuments::namespacedKind))
            .orElse(List.of());
    List<KindPattern> clusterScoped =
        kinds
            .flatMap(fields -> optional(fields, "clusterScoped", KindPattern::parse))
            .orElse(List.of());
    refuseNull(spec, "kinds");
    kinds.ifPresent(Fields::refuseUnknown);
    Optional<List<NamePattern>> accounts =
        optional(spec, "serviceAccounts", ProjectDocuments::account);
    Optional<List<NamePattern>> commanders = optional(spec, "commanders", NamePattern::new);
    List<WindowDocuments.Declared> windows = WindowDocuments.ofProject(spec, name);
    spec.refuseUnknown();
    if (!document.isValid()) {
      invalid.add(name);
      return;
    }
    projects.put(
        name,
        new DeclaredProject(
            new Project(
                name,
                repositories,
                clusters,
                namespaces,
                allowed,
                denied,
                clusterScoped,
                accounts,
                commanders),
            windows));
    documents.put(name, document.summary());
  }

  /** Returns the valid projects by name. */
  SortedMap<String, DeclaredProject> projects() {
    return Collections.unmodifiableSortedMap(projects);
  }

  /** Returns the documents of the valid projects. */
  Map<String, FleetDocuments.Document> documents() {
    return documents;
  }

  /**
   * Returns the project of an application; empty if it has no bounds.
   *
   * @param name that the application names; empty for the default project
   * @throws IllegalArgumentException if the fleet has no valid project of that name
   */
  Optional<DeclaredProject> project(Optional<String> name) {
    String wanted = name.orElse(Project.DEFAULT);
    Optional<DeclaredProject> found = Optional.ofNullable(projects.get(wanted));
    boolean isImplicit = wanted.equals(Project.DEFAULT) && !invalid.contains(wanted);
    if (found.isEmpty() && !isImplicit) {
      throw new IllegalArgumentException(
          "there is no valid Project named '%s' in the fleet".formatted(wanted));
    }
    return found;
  }

  /**
   * Returns the declared project of a name; also for the default project, which has no bounds
   * unless it is declared.
   *
   * @throws IllegalArgumentException if the fleet has no valid project of that name
   */
  DeclaredProject named(String name) {
    return project(Optional.of(name))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the Project '%s' has no bounds, since the fleet does not declare it"
                        .formatted(name)));
  }

  private static List<NamePattern> required(Fields spec, String field) {
    if (!spec.has(field)) {
      spec.problem(FleetRule.MISSING_FIELD, field, "is required: [\"*\"] allows all, [] none");
    }
    return spec.texts(field, NamePattern::new);
  }

  private static <T> Optional<List<T>> optional(
      Fields fields, String name, Function<String, T> constructor) {
    refuseNull(fields, name);
    return fields.has(name) ? Optional.of(fields.texts(name, constructor)) : Optional.empty();
  }

  private static void refuseNull(Fields fields, String name) {
    if (fields.isNull(name)) {
      fields.problem(
          FleetRule.WRONG_TYPE, name, "is empty: write [] for none, or leave the field out");
    }
  }

  private static KindPattern namespacedKind(String text) {
    if (text.contains("/")) {
      throw new IllegalArgumentException(
          "restricts the names of objects, which is possible in kinds.clusterScoped only");
    }
    return KindPattern.parse(text);
  }

  private static NamePattern account(String text) {
    if (!text.contains("/")) {
      throw new IllegalArgumentException(
          "must be NAMESPACE/NAME, such as shop/* for all of a namespace");
    }
    return new NamePattern(text);
  }
}
