package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.fleet.NamePattern;
import dev.sluice.contract.fleet.Project;
import dev.sluice.dispatcher.generate.Generator;
import dev.sluice.dispatcher.generate.GeneratorException;
import dev.sluice.dispatcher.generate.SetOverride;
import dev.sluice.dispatcher.generate.Template;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A valid {@code ApplicationSet} document.
 *
 * @param generators at least one; their elements are those of the set
 * @param template of an application: its metadata and spec
 * @param overrides of the template, in the order in which they are applied
 */
record ApplicationSetDocument(
    String name,
    FleetDocument document,
    List<Generator> generators,
    Template template,
    List<SetOverride> overrides,
    SetPolicy policy) {

  private static final String TEMPLATE = "spec.template";

  /** Each is located by parsing its file once. */
  private static final int MOST_PLACEHOLDER_PROBLEMS = 50;

  /** Each copies the template of the elements that it matches. */
  private static final int MOST_OVERRIDES = 50;

  ApplicationSetDocument {
    generators = List.copyOf(generators);
    overrides = List.copyOf(overrides);
  }

  /**
   * Reads a document; empty if it has problems.
   *
   * @param included the project whose repositories generators may read; empty for the fleet's own
   *     documents, which may read all
   */
  static Optional<ApplicationSetDocument> read(
      Optional<String> name,
      FleetDocument document,
      Fields spec,
      Map<String, FleetRepository> repositories,
      Optional<Project> included) {
    List<Generator> generators = new GeneratorDocument(repositories).read(spec, 1);
    included.ifPresent(project -> refuseOutside(project, generators, spec));
    Optional<Template> template = template(spec);
    List<SetOverride> overrides = new ArrayList<>();
    List<Fields> items = spec.list("overrides");
    if (items.size() > MOST_OVERRIDES) {
      spec.problem(
          "overrides",
          "has %d overrides, and %d are allowed".formatted(items.size(), MOST_OVERRIDES));
      items = List.of();
    }
    for (Fields fields : items) {
      override(fields, generators).ifPresent(overrides::add);
    }
    SetPolicy policy = spec.fields("policy").map(SetPolicy::read).orElse(SetPolicy.DEFAULT);
    spec.refuseUnknown();
    if (!document.isValid()) {
      return Optional.empty();
    }
    List<GeneratorException> placeholders = new ArrayList<>();
    template.map(one -> one.check(inAll(generators))).ifPresent(placeholders::addAll);
    overrides.forEach(one -> placeholders.addAll(one.patch().check(inAny(generators))));
    document.addAll(
        placeholders.stream()
            .limit(MOST_PLACEHOLDER_PROBLEMS)
            .map(found -> problem(document, found.field(), found))
            .toList());
    return Optional.of(
            new ApplicationSetDocument(
                name.orElse(""), document, generators, template.orElseThrow(), overrides, policy))
        .filter(_ -> document.isValid());
  }

  private static void refuseOutside(Project project, List<Generator> generators, Fields spec) {
    generators.stream()
        .flatMap(Generator::sources)
        .map(source -> project.objectionTo(source.repository().repository()))
        .flatMap(Optional::stream)
        .distinct()
        .forEach(objection -> spec.problem(FleetRule.OUTSIDE_PROJECT, "generators", objection));
  }

  /** Returns a problem of the document at the place of a placeholder, or of a field. */
  static FleetProblem problem(FleetDocument document, String field, GeneratorException found) {
    return document.problemWithin(FleetRule.INVALID_VALUE, field, found.offset(), found.text());
  }

  private static Optional<Template> template(Fields spec) {
    Fields template = spec.requiredFields("template");
    Fields metadata = template.requiredFields("metadata");
    if (!metadata.has("name")) {
      metadata.missing("name");
    }
    metadata.text("name");
    metadata.refuseUnknown();
    template.requiredFields("spec");
    template.refuseUnknown();
    return spec.mapping("template").map(content -> new Template(TEMPLATE, content));
  }

  private static Optional<SetOverride> override(Fields fields, List<Generator> generators) {
    Map<String, NamePattern> match = new HashMap<>();
    if (!fields.has("match")) {
      fields.missing("match");
    }
    fields
        .labels("match")
        .forEach(
            (name, pattern) -> {
              if (!inAny(generators).test(name)) {
                fields.problem(
                    FleetRule.UNKNOWN_REFERENCE,
                    "match." + name,
                    "there is no value '%s' in the set's generators".formatted(name));
              }
              try {
                match.put(name, new NamePattern(pattern));
              } catch (IllegalArgumentException e) {
                fields.problem("match." + name, String.valueOf(e.getMessage()));
              }
            });
    Fields patch = fields.requiredFields("patch");
    patch
        .fields("metadata")
        .ifPresent(
            metadata -> {
              metadata.text("name");
              metadata.refuseUnknown();
            });
    patch.fields("spec");
    patch.refuseUnknown();
    fields.refuseUnknown();
    return fields
        .mapping("patch")
        .map(content -> new SetOverride(match, new Template(patch.path(), content)));
  }

  private static Predicate<String> inAll(List<Generator> generators) {
    return name -> generators.stream().allMatch(generator -> generator.mayHave(name));
  }

  private static Predicate<String> inAny(List<Generator> generators) {
    return name -> generators.stream().anyMatch(generator -> generator.mayHave(name));
  }

  /** Returns whether it reads repositories, so that a push may change what it generates. */
  boolean readsRepositories() {
    return generators.stream().flatMap(Generator::sources).findAny().isPresent();
  }
}
