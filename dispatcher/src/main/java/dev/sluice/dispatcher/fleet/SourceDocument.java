package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Customization;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.RepositoryPath;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.fleet.ValuesFile;
import dev.sluice.contract.name.GitRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reader of the {@code source} or {@code sources} of an {@code Application} document. */
final class SourceDocument {

  private static final int MOST_SOURCES = 100;

  private static final Pattern ALIAS = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  private final Map<String, FleetRepository> repositories;

  SourceDocument(Map<String, FleetRepository> repositories) {
    this.repositories = repositories;
  }

  /** A valid source with its fields. */
  private record Read(Fields fields, SourceSpec source) {}

  /**
   * Returns the valid sources; errors become problems of the document.
   *
   * @param clusters that the application goes to
   */
  List<SourceSpec> read(Fields spec, List<ClusterTarget> clusters) {
    boolean one = spec.has("source");
    boolean several = spec.has("sources");
    if (one == several) {
      spec.problem(
          FleetRule.CONFLICTING_FIELDS, "sources", "exactly one of source and sources is required");
      return List.of();
    }
    List<Fields> found = one ? spec.fields("source").stream().toList() : spec.list("sources");
    if (found.size() > MOST_SOURCES) {
      spec.problem(
          "sources", "has %d sources, and %d are allowed".formatted(found.size(), MOST_SOURCES));
      return List.of();
    }
    if (several && found.isEmpty()) {
      spec.problem("sources", "must name at least one source");
    }
    List<Read> read = new ArrayList<>();
    for (Fields fields : found) {
      source(fields).ifPresent(source -> read.add(new Read(fields, source)));
    }
    requireTogether(read);
    requireFilled(read, clusters);
    List<SourceSpec> sources = read.stream().map(Read::source).toList();
    if (!sources.isEmpty()
        && sources.stream()
            .allMatch(source -> source.type().equals(Optional.of(SourceType.VALUES)))) {
      spec.problem(
          one ? "source" : "sources", "of type values render to nothing: name a chart as well");
    }
    return sources;
  }

  private Optional<SourceSpec> source(Fields fields) {
    Optional<FleetRepository> repository =
        fields.required("repository", FleetRule.UNKNOWN_REFERENCE, this::repository);
    Optional<GitRef> ref = ArtifactDocument.ref(fields, repository);
    Optional<String> path = fields.text("path", RepositoryPath::of);
    Optional<SourceType> said = fields.text("type", SourceDocument::type);
    Optional<String> alias = fields.text("alias", SourceDocument::alias);
    Optional<SourceType> type = said;
    if (fields.has("plain") && fields.has("helm")) {
      fields.problem(FleetRule.CONFLICTING_FIELDS, "helm", "a source is either plain or a chart");
    } else if (fields.has("plain")) {
      type = only(fields, "plain", SourceType.PLAIN, said);
    } else if (fields.has("helm")) {
      type = only(fields, "helm", SourceType.HELM, said);
    }
    RenderOptions options =
        new RenderOptions(
            fields.fields("plain").map(SourceDocument::plain).orElse(PlainOptions.DEFAULT),
            fields.fields("helm").map(SourceDocument::helm).orElse(HelmOptions.DEFAULT),
            fields.fields("customize").map(SourceDocument::customize).orElse(Customization.NONE));
    fields.refuseUnknown();
    Optional<SourceType> decided = type;
    return repository.map(
        found ->
            new SourceSpec(
                found.id(),
                found.url(),
                found.credentials(),
                found.ssh(),
                found.https(),
                found.verify(),
                found.artifact(),
                found.interval(),
                ref.orElse(GitRef.branch("main")),
                path.orElse(""),
                decided,
                alias,
                options));
  }

  private static Optional<SourceType> only(
      Fields fields, String name, SourceType type, Optional<SourceType> said) {
    if (said.isPresent() && said.get() != type) {
      fields.problem(
          FleetRule.CONFLICTING_FIELDS,
          name,
          "has no meaning for a source of another type: see 'type'");
    }
    return Optional.of(type);
  }

  private static PlainOptions plain(Fields fields) {
    List<String> include = fields.texts("include", SourceDocument::glob);
    List<String> exclude = fields.texts("exclude", SourceDocument::glob);
    boolean recurse = fields.bool("recurse", PlainOptions.DEFAULT.recurse());
    fields.refuseUnknown();
    return new PlainOptions(include, exclude, recurse);
  }

  private static HelmOptions helm(Fields fields) {
    Optional<String> releaseName = fields.text("releaseName");
    List<String> valuesFiles = fields.texts("valuesFiles", SourceDocument::valuesFile);
    Optional<String> values = fields.json("values");
    Map<String, String> set = fields.labels("set");
    boolean includeCrds = fields.bool("includeCrds", HelmOptions.DEFAULT.includeCrds());
    fields.refuseUnknown();
    return new HelmOptions(releaseName, valuesFiles, values, set, includeCrds);
  }

  private static Customization customize(Fields fields) {
    String prefix = fields.text("namePrefix").orElse("");
    String suffix = fields.text("nameSuffix").orElse("");
    Map<String, String> labels = fields.labels("labels");
    Map<String, String> annotations = fields.labels("annotations");
    List<String> images = fields.texts("images", SourceDocument::image);
    Map<String, Integer> replicas = fields.counts("replicas");
    fields.refuseUnknown();
    return new Customization(prefix, suffix, labels, annotations, images, replicas);
  }

  private static void requireTogether(List<Read> all) {
    Set<String> aliases = new HashSet<>();
    for (Read one : all) {
      one.source()
          .alias()
          .filter(alias -> !aliases.add(alias))
          .ifPresent(
              alias ->
                  one.fields()
                      .problem(
                          FleetRule.DUPLICATE_NAME,
                          "alias",
                          "another source has the alias " + alias));
    }
    for (Read one : all) {
      Map<String, Integer> positions = one.fields().positions("helm", "valuesFiles");
      for (String file : new LinkedHashSet<>(one.source().options().helm().valuesFiles())) {
        ValuesFile.parse(file)
            .alias()
            .filter(alias -> !aliases.contains(alias))
            .ifPresent(
                alias ->
                    one.fields()
                        .problem(
                            FleetRule.UNKNOWN_REFERENCE,
                            "helm.valuesFiles[%d]".formatted(positions.get(file)),
                            "is of a source with the alias '%s', and there is none"
                                .formatted(alias)));
      }
    }
  }

  /** Reports the clusters that lack a label which a placeholder uses. */
  private static void requireFilled(List<Read> all, List<ClusterTarget> clusters) {
    for (ClusterTarget cluster : clusters) {
      for (Read one : all) {
        try {
          one.source().in(cluster);
        } catch (IllegalArgumentException e) {
          one.fields().problem("", String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private FleetRepository repository(String name) {
    FleetRepository repository = repositories.get(name);
    if (repository == null) {
      throw new IllegalArgumentException(
          "there is no valid Repository named '%s' in the fleet".formatted(name));
    }
    return repository;
  }

  private static SourceType type(String text) {
    return switch (text) {
      case "plain" -> SourceType.PLAIN;
      case "kustomize" -> SourceType.KUSTOMIZE;
      case "helm" -> SourceType.HELM;
      case "values" -> SourceType.VALUES;
      default ->
          throw new IllegalArgumentException(
              "must be plain, kustomize, helm or values, not " + text);
    };
  }

  private static String alias(String text) {
    if (!ALIAS.matcher(text).matches()) {
      throw new IllegalArgumentException("must be lower-case letters, digits and '-'");
    }
    return text;
  }

  private static String glob(String text) {
    if (text.isEmpty() || text.startsWith("/") || text.contains("..")) {
      throw new IllegalArgumentException("must be a glob relative to the source's path");
    }
    return text;
  }

  private static String valuesFile(String text) {
    if (text.isEmpty() || text.startsWith("/") || text.contains("://")) {
      throw new IllegalArgumentException(
          "must be a path relative to the chart, or $alias/path in another source");
    }
    return text;
  }

  private static String image(String text) {
    if (text.isEmpty() || text.chars().anyMatch(c -> c <= ' ')) {
      throw new IllegalArgumentException("must be name=newName:tag, name:tag or name@digest");
    }
    return text;
  }
}
