package dev.sluice.dispatcher.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.window.SendingRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reader of {@code Application} documents. */
final class ApplicationDocument {

  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  /** Stands for the name of a document whose name is a problem, so that it is never valid. */
  static final ApplicationName UNNAMED = new ApplicationName("unnamed");

  /** Names each cluster of the dependent application itself; a Cluster may not have this name. */
  static final String SAME_CLUSTER = "same";

  private static final int MOST_DEPENDENCIES = 100;
  private static final int MOST_REMOTES = 100;

  /** Maximum size of the JSON of a definition in bytes; a record has it and its changes. */
  private static final int MOST_BYTES = 1 << 20;

  private static final Pattern CHART_REPOSITORY =
      Pattern.compile("(https?|oci)://[^\\s/@?#]+(/[^\\s@?#]*)?");

  private final Map<String, FleetRepository> repositories;
  private final Map<ClusterName, ClusterTarget> clusters;
  private final ProjectDocuments projects;
  private final Optional<DeclaredProject> included;

  /**
   * Creates a reader.
   *
   * @param included the project that a FleetInclude puts the applications in; empty for the fleet's
   *     own documents
   */
  ApplicationDocument(
      Map<String, FleetRepository> repositories,
      Map<ClusterName, ClusterTarget> clusters,
      ProjectDocuments projects,
      Optional<DeclaredProject> included) {
    this.repositories = repositories;
    this.clusters = clusters;
    this.projects = projects;
    this.included = included;
  }

  /** Returns the definition; empty if the document has problems. */
  Optional<Definition> read(ApplicationName name, FleetDocument document, Fields spec) {
    List<ClusterTarget> targets = targets(spec.requiredFields("clusters"));
    List<SourceSpec> sources = new SourceDocument(repositories).read(spec, targets);
    Optional<String> namespace = spec.required("namespace", ApplicationDocument::namespace);
    Optional<Fields> policies = spec.fields("policy");
    RemotePolicy remote =
        policies
            .flatMap(fields -> fields.fields("remote"))
            .map(this::remote)
            .orElse(RemotePolicy.NONE);
    Policy policy =
        policies
            .map(fields -> PolicyDocument.read(fields, namespace.orElse("")))
            .orElse(Policy.DEFAULT);
    SendingRules sending =
        policies
            .map(fields -> PolicyDocument.sending(fields, name, targets))
            .orElse(SendingRules.NONE);
    policies.ifPresent(Fields::refuseUnknown);
    boolean orphan = spec.text("onRemoval", ApplicationDocument::orphans).orElse(false);
    List<Dependency> dependencies = dependencies(spec);
    Optional<DeclaredProject> project = project(spec);
    spec.refuseUnknown();
    if (!document.isValid()) {
      return Optional.empty();
    }
    Definition unbounded =
        new Definition(
                name,
                sources,
                targets,
                new ApplicationSpec(namespace.orElseThrow(), policy),
                orphan)
            .withRemote(remote)
            .withDependencies(dependencies)
            .withSending(sending);
    Definition definition = project.map(bounds -> bounds.applyTo(unbounded)).orElse(unbounded);
    new ProjectObjections(spec, definition).report();
    requireSmall(spec, definition);
    return Optional.of(definition).filter(_ -> document.isValid());
  }

  /** Reports a definition that no record can hold: it would fail the transaction of all others. */
  private static void requireSmall(Fields spec, Definition definition) {
    try {
      int bytes = Json.mapper().writeValueAsBytes(definition).length;
      if (bytes > MOST_BYTES) {
        spec.problem(
            "",
            "makes a definition of %d bytes, and %d are allowed: move values into files of its source"
                .formatted(bytes, MOST_BYTES));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot encode " + definition.application(), e);
    }
  }

  /** Returns what the application depends on; {@link DependencyRules} checks the references. */
  private List<Dependency> dependencies(Fields spec) {
    List<Dependency> dependencies = new ArrayList<>();
    for (Fields fields : spec.list("dependsOn")) {
      Optional<ApplicationName> application = fields.required("application", ApplicationName::new);
      Optional<ClusterName> cluster =
          fields
              .text("cluster")
              .filter(name -> !name.equals(SAME_CLUSTER))
              .flatMap(_ -> fields.text("cluster", FleetRule.UNKNOWN_REFERENCE, this::cluster))
              .map(ClusterTarget::name);
      Dependency.Until until =
          fields.text("health", ApplicationDocument::until).orElse(Dependency.Until.HEALTHY);
      fields.refuseUnknown();
      application.ifPresent(name -> dependencies.add(new Dependency(name, cluster, until)));
    }
    if (dependencies.size() > MOST_DEPENDENCIES) {
      spec.problem(
          "dependsOn",
          "has at most %d entries, not %d".formatted(MOST_DEPENDENCIES, dependencies.size()));
    }
    return dependencies;
  }

  private static Dependency.Until until(String text) {
    return switch (text) {
      case "applied" -> Dependency.Until.APPLIED;
      case "healthy" -> Dependency.Until.HEALTHY;
      default -> throw new IllegalArgumentException("must be applied or healthy, not " + text);
    };
  }

  /** Returns the project of the application; empty if it has no bounds. */
  private Optional<DeclaredProject> project(Fields spec) {
    if (spec.isNull("project")) {
      spec.problem(
          FleetRule.WRONG_TYPE, "project", "is empty: name a Project, or leave the field out");
    }
    Optional<String> name = spec.text("project");
    if (included.isPresent()) {
      name.filter(other -> !other.equals(included.get().bounds().name()))
          .ifPresent(
              _ ->
                  spec.problem(
                      FleetRule.OUTSIDE_PROJECT,
                      "project",
                      "must be %s, the project of the FleetInclude, or be left out"
                          .formatted(included.get().bounds().name())));
      return included;
    }
    try {
      return projects.project(name);
    } catch (IllegalArgumentException e) {
      spec.problem(FleetRule.UNKNOWN_REFERENCE, "project", String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private List<ClusterTarget> targets(Fields fields) {
    boolean byName = fields.has("names");
    boolean bySelector = fields.has("selector");
    List<ClusterTarget> targets = List.of();
    if (byName == bySelector) {
      fields.problem(
          FleetRule.CONFLICTING_FIELDS, "", "exactly one of names and selector is required");
    } else if (byName) {
      targets =
          fields.texts("names", FleetRule.UNKNOWN_REFERENCE, this::cluster).stream()
              .distinct()
              .toList();
      if (targets.isEmpty()) {
        fields.problem(FleetRule.NO_CLUSTER, "names", "must name at least one cluster");
      }
    } else {
      Fields selector = fields.requiredFields("selector");
      if (!selector.has("matchLabels")) {
        selector.problem(
            FleetRule.MISSING_FIELD, "matchLabels", "is required; {} selects every cluster");
      }
      Map<String, String> labels = selector.labels("matchLabels");
      selector.refuseUnknown();
      targets =
          clusters.values().stream()
              .filter(cluster -> cluster.labels().entrySet().containsAll(labels.entrySet()))
              .toList();
      if (targets.isEmpty()) {
        fields.problem(
            FleetRule.NO_CLUSTER,
            "selector",
            "selects no cluster; to take the application out, remove its document");
      }
    }
    fields.refuseUnknown();
    return targets;
  }

  private ClusterTarget cluster(String name) {
    return known("Cluster", clusters.get(new ClusterName(name)), name);
  }

  private RemotePolicy remote(Fields fields) {
    List<RemotePolicy.Base> bases = fields.texts("bases", FleetRule.UNKNOWN_REFERENCE, this::base);
    List<RemotePolicy.Charts> charts =
        fields.list("charts").stream().map(this::charts).flatMap(Optional::stream).toList();
    fields.refuseUnknown();
    requireFew(fields, "bases", bases);
    requireFew(fields, "charts", charts);
    return new RemotePolicy(bases, charts);
  }

  private static void requireFew(Fields fields, String name, List<?> items) {
    if (items.size() > MOST_REMOTES) {
      fields.problem(
          name, "has %d entries, and %d are allowed".formatted(items.size(), MOST_REMOTES));
    }
  }

  private RemotePolicy.Base base(String name) {
    FleetRepository repository = GeneratorDocument.known(repositories, name);
    return new RemotePolicy.Base(
        repository.id(),
        repository.url(),
        repository.credentials(),
        repository.ssh(),
        repository.https(),
        repository.forge());
  }

  private Optional<RemotePolicy.Charts> charts(Fields fields) {
    Optional<String> url = fields.required("url", ApplicationDocument::chartRepository);
    Optional<SecretReference> credentials = fields.text("credentials", SecretReference::new);
    if (included.isPresent() && fields.has("credentials")) {
      fields.problem(
          FleetRule.OUTSIDE_PROJECT,
          "credentials",
          "are not accepted in a document that a FleetInclude reads: only the fleet itself may"
              + " refer to credentials");
    }
    fields.refuseUnknown();
    return url.map(text -> new RemotePolicy.Charts(text, credentials));
  }

  /** Returns the URL of a chart repository or registry, without trailing '/'. */
  static String chartRepository(String text) {
    if (!CHART_REPOSITORY.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "must be https://HOST/PATH, http://HOST/PATH or oci://HOST/PATH, without credentials");
    }
    if (text.contains("%") || Pattern.compile("/\\.{1,2}(/|$)").matcher(text).find()) {
      throw new IllegalArgumentException(
          "must be in its shortest form, without %, /./ and /../, since projects are compared with"
              + " it");
    }
    return text.replaceFirst("/+$", "");
  }

  private static boolean orphans(String text) {
    return switch (text) {
      case "prune" -> false;
      case "orphan" -> true;
      default -> throw new IllegalArgumentException("must be prune or orphan, not " + text);
    };
  }

  private static String namespace(String text) {
    if (!NAMESPACE.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "must be a DNS label: lower-case letters, digits and '-', at most 63");
    }
    return text;
  }

  private static <T> T known(String kind, @Nullable T found, String name) {
    if (found == null) {
      throw new IllegalArgumentException(
          "there is no valid %s named '%s' in the fleet".formatted(kind, name));
    }
    return found;
  }
}
