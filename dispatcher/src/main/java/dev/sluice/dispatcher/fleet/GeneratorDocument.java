package dev.sluice.dispatcher.fleet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.name.GitRef;
import dev.sluice.dispatcher.generate.ClusterGenerator;
import dev.sluice.dispatcher.generate.DirectoryGenerator;
import dev.sluice.dispatcher.generate.FileGenerator;
import dev.sluice.dispatcher.generate.Generator;
import dev.sluice.dispatcher.generate.GeneratorSource;
import dev.sluice.dispatcher.generate.ListGenerator;
import dev.sluice.dispatcher.generate.MatrixGenerator;
import dev.sluice.dispatcher.generate.MergeGenerator;
import dev.sluice.dispatcher.generate.PathGlob;
import dev.sluice.dispatcher.generate.PathSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reader of the generators of one {@code ApplicationSet} document. */
final class GeneratorDocument {

  private static final List<String> KINDS =
      List.of("list", "clusters", "directories", "files", "matrix", "merge");

  private static final int MAX_DEPTH = 3;
  private static final int MOST_GLOBS = 100;
  private static final int MOST_GENERATORS = 20;

  private final Map<String, FleetRepository> repositories;
  private int generators;

  GeneratorDocument(Map<String, FleetRepository> repositories) {
    this.repositories = repositories;
  }

  /** Returns the valid generators of a list; errors become problems of the document. */
  List<Generator> read(Fields parent, int atLeast) {
    return read(parent, atLeast, 1);
  }

  private List<Generator> read(Fields parent, int atLeast, int depth) {
    if (!parent.has("generators")) {
      parent.missing("generators");
      return List.of();
    }
    List<Fields> items = parent.list("generators");
    if (items.size() < atLeast) {
      parent.problem("generators", "must have at least %d".formatted(atLeast));
    }
    generators += items.size();
    if (generators > MOST_GENERATORS) {
      parent.problem(
          "generators",
          "has more than the %d generators that are allowed in a set, with nested ones"
              .formatted(MOST_GENERATORS));
      return List.of();
    }
    return items.stream().flatMap(item -> one(item, depth).stream()).toList();
  }

  private Optional<Generator> one(Fields item, int depth) {
    List<String> named = KINDS.stream().filter(item::has).toList();
    item.refuseUnknown();
    if (named.size() != 1) {
      item.problem(
          FleetRule.CONFLICTING_FIELDS,
          "",
          "exactly one of %s is required".formatted(String.join(", ", KINDS)));
      return Optional.empty();
    }
    String kind = named.getFirst();
    Fields fields = item.requiredFields(kind);
    boolean isNested = kind.equals("matrix") || kind.equals("merge");
    if (isNested && depth == MAX_DEPTH) {
      item.problem(kind, "is nested too deeply: generators may be %d deep".formatted(MAX_DEPTH));
      return Optional.empty();
    }
    Optional<Generator> generator =
        switch (kind) {
          case "list" -> Optional.of(list(fields));
          case "clusters" -> Optional.of(clusters(fields));
          case "directories" ->
              source(fields)
                  .map(
                      source ->
                          new DirectoryGenerator(
                              fields.path(), source.name(), source.ref(), source.paths()));
          case "files" ->
              source(fields)
                  .map(
                      source ->
                          new FileGenerator(
                              fields.path(), source.name(), source.ref(), source.paths()));
          case "matrix" ->
              Optional.of(new MatrixGenerator(fields.path(), read(fields, 2, depth + 1)));
          default -> Optional.of(merge(fields, depth));
        };
    fields.refuseUnknown();
    return generator;
  }

  private static Generator list(Fields fields) {
    List<ObjectNode> items = new ArrayList<>();
    if (!fields.has("elements")) {
      fields.missing("elements");
    }
    fields.list("elements").forEach(item -> items.add(item.content()));
    if (items.size() > Generator.MOST_ELEMENTS) {
      fields.problem(
          "elements",
          "has %d elements, and %d are allowed".formatted(items.size(), Generator.MOST_ELEMENTS));
    }
    return new ListGenerator(fields.path(), items);
  }

  private static Generator clusters(Fields fields) {
    Fields selector = fields.requiredFields("selector");
    if (!selector.has("matchLabels")) {
      selector.problem(
          FleetRule.MISSING_FIELD, "matchLabels", "is required; {} selects every cluster");
    }
    Map<String, String> labels = selector.labels("matchLabels");
    selector.refuseUnknown();
    return new ClusterGenerator(fields.path(), labels);
  }

  private Generator merge(Fields fields, int depth) {
    List<String> keys = fields.texts("keys", text -> text);
    if (keys.isEmpty()) {
      fields.problem(
          FleetRule.MISSING_FIELD, "keys", "must name the values that elements are compared by");
    }
    List<Generator> generators = read(fields, 2, depth + 1);
    for (int i = 0; i < keys.size(); i++) {
      String key = keys.get(i);
      if (generators.stream().anyMatch(generator -> !generator.mayHave(key))) {
        fields.problem(
            FleetRule.UNKNOWN_REFERENCE,
            "keys[%d]".formatted(i),
            "one of the generators has no value '%s'".formatted(key));
      }
    }
    return new MergeGenerator(fields.path(), keys, generators);
  }

  /** Paths of a ref of a repository of the fleet. */
  private record Source(String name, GeneratorSource ref, PathSelection paths) {}

  private Optional<Source> source(Fields fields) {
    Optional<FleetRepository> repository =
        fields.required("repository", FleetRule.UNKNOWN_REFERENCE, this::repository);
    Optional<GitRef> ref = RefField.single(fields);
    List<PathGlob> include = globs(fields, "include");
    List<PathGlob> exclude = globs(fields, "exclude");
    if (include.isEmpty() && !fields.has("include")) {
      fields.missing("include");
    } else if (fields.content().path("include").isEmpty()) {
      fields.problem("include", "must have at least one glob");
    }
    return repository
        .filter(_ -> !include.isEmpty())
        .map(
            found ->
                new Source(
                    found.name(),
                    GeneratorSource.of(found, ref.orElse(GitRef.branch("main"))),
                    new PathSelection(include, exclude)));
  }

  private static List<PathGlob> globs(Fields fields, String name) {
    List<PathGlob> globs = fields.texts(name, PathGlob::parse);
    if (globs.size() > MOST_GLOBS) {
      fields.problem(name, "has %d globs, and %d are allowed".formatted(globs.size(), MOST_GLOBS));
    }
    return globs;
  }

  private FleetRepository repository(String name) {
    return known(repositories, name);
  }

  /**
   * Returns the Git repository of a name.
   *
   * @throws IllegalArgumentException if the fleet has no valid one
   */
  static FleetRepository known(Map<String, FleetRepository> repositories, String name) {
    FleetRepository repository = repositories.get(name);
    if (repository == null) {
      throw new IllegalArgumentException(
          "there is no valid Repository named '%s' in the fleet".formatted(name));
    }
    if (repository.artifact().isPresent()) {
      throw new IllegalArgumentException(
          "'%s' is a chart or an OCI artifact: name a Git repository".formatted(name));
    }
    return repository;
  }
}
