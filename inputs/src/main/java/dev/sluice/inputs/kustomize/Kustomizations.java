package dev.sluice.inputs.kustomize;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.RemoteBase;
import dev.sluice.inputs.helm.TemplateScan;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import dev.sluice.inputs.walk.YamlFields;
import dev.sluice.inputs.walk.YamlText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Collects the files that building a kustomization reads: its own file and everything that it
 * refers to, recursively. Covers all fields of kustomize's {@code Kustomization} and {@code
 * Component}, including deprecated ones. References outside of the repository (URLs, plugins,
 * charts to download) are refused unless the application's policy allows them.
 */
public final class Kustomizations {

  public static final List<String> FILE_NAMES =
      List.of("kustomization.yaml", "kustomization.yml", "Kustomization");

  private static final int MAX_BYTES = 1024 * 1024;
  private static final int MAX_DEPTH = 100;

  private final Walk walk;
  private final KustomizeCharts charts;
  private final KustomizePlugins plugins;
  private final Set<String> visited = new HashSet<>();

  public Kustomizations(Walk walk, TemplateScan scan) {
    this.walk = walk;
    this.charts = new KustomizeCharts(walk, scan);
    this.plugins = new KustomizePlugins(walk);
  }

  /** Returns the kustomization files of a directory; more than one is ambiguous. */
  public static List<ResolvedPath> in(Walk walk, String directory) {
    return FILE_NAMES.stream()
        .map(name -> walk.find(directory, name, "'" + name + "' of '" + directory + "'"))
        .flatMap(Optional::stream)
        .filter(resolved -> !resolved.isDirectory())
        .toList();
  }

  /** Adds all files that building this directory reads. */
  public void collect(String directory) {
    collect(directory, List.of());
  }

  private void collect(String directory, List<String> parents) {
    List<String> chain = new ArrayList<>(parents);
    chain.add(directory);
    if (parents.contains(directory)) {
      throw new RefusedException(
          SourceFailure.CYCLE,
          "kustomizations include each other: %s: take one out"
              .formatted(
                  String.join(" -> ", chain.subList(chain.indexOf(directory), chain.size()))));
    }
    if (chain.size() > MAX_DEPTH) {
      throw new RefusedException(
          SourceFailure.TOO_COMPLEX,
          "kustomizations include each other more than %d deep, down to '%s'"
              .formatted(MAX_DEPTH, directory));
    }
    if (visited.add(directory)) {
      read(directory, chain);
    }
  }

  private void read(String directory, List<String> chain) {
    ResolvedPath file = fileOf(directory, chain);
    walk.addFile(file);
    List<Object> documents = YamlText.documents(walk.text(file.entry(), MAX_BYTES), file.path());
    if (documents.size() != 1) {
      throw new RefusedException(
          SourceFailure.INVALID_KUSTOMIZATION,
          "'%s' holds %d documents: a kustomization is one"
              .formatted(file.path(), documents.size()));
    }
    YamlFields fields = YamlFields.of(documents.getFirst(), file.path());
    new Reader(directory, file.path(), chain).read(fields);
  }

  private ResolvedPath fileOf(String directory, List<String> chain) {
    List<ResolvedPath> files = in(walk, directory);
    if (files.isEmpty()) {
      throw new RefusedException(
          SourceFailure.MISSING_KUSTOMIZATION,
          "there is no kustomization.yaml in '%s'%s: add one, or take the directory out"
              .formatted(directory, by(chain)));
    }
    if (files.size() > 1) {
      throw new RefusedException(
          SourceFailure.AMBIGUOUS_KUSTOMIZATION,
          "'%s' has more than one kustomization: %s: remove all but one"
              .formatted(
                  directory, String.join(", ", files.stream().map(ResolvedPath::path).toList())));
    }
    return files.getFirst();
  }

  private static String by(List<String> chain) {
    return chain.size() < 2 ? "" : ", which '" + chain.get(chain.size() - 2) + "' includes";
  }

  private static RefusedException unsupported(String what, String instead) {
    return new RefusedException(SourceFailure.UNSUPPORTED, what + ": " + instead);
  }

  /** Reader of one kustomization's fields; paths are relative to its directory. */
  private final class Reader {

    private final String directory;
    private final String where;
    private final List<String> chain;

    Reader(String directory, String where, List<String> chain) {
      this.directory = directory;
      this.where = where;
      this.chain = chain;
    }

    void read(YamlFields kustomization) {
      kustomization.texts("resources").forEach(path -> resource("resources", path));
      kustomization.texts("bases").forEach(path -> resource("bases", path));
      kustomization.texts("components").forEach(this::component);
      kustomization.items("patches").forEach(this::patch);
      kustomization
          .texts("patchesStrategicMerge")
          .forEach(patch -> fileUnlessInline("patchesStrategicMerge", patch));
      for (String field : List.of("patchesJson6902", "replacements", "openapi")) {
        kustomization.mappings(field).forEach(mapping -> path(field, mapping));
      }
      for (String field : List.of("configMapGenerator", "secretGenerator")) {
        kustomization.mappings(field).forEach(generator -> keyValueSources(field, generator));
      }
      for (String field : List.of("configurations", "crds")) {
        kustomization.texts(field).forEach(path -> file(field, path));
      }
      for (String field : List.of("generators", "transformers", "validators")) {
        kustomization.texts(field).forEach(plugin -> plugin(field, plugin));
      }
      charts(kustomization);
    }

    private void charts(YamlFields kustomization) {
      if (kustomization.has("helmChartInflationGenerator")) {
        throw unsupported(
            "helmChartInflationGenerator in '%s' is a form that kustomize itself deprecates"
                .formatted(where),
            "use helmCharts");
      }
      charts.collect(kustomization, directory);
      for (YamlFields chart : kustomization.mappings("helmCharts")) {
        chart.text("valuesFile").forEach(path -> file("helmCharts", path));
        chart.texts("additionalValuesFiles").forEach(path -> file("helmCharts", path));
      }
    }

    private void resource(String field, String path) {
      ResolvedPath resolved = local(field, path);
      if (resolved.isDirectory()) {
        walk.addLinks(resolved);
        collect(resolved.path(), chain);
      } else {
        walk.addFile(resolved);
      }
    }

    private void component(String path) {
      ResolvedPath resolved = local("components", path);
      if (!resolved.isDirectory()) {
        throw new RefusedException(
            SourceFailure.NOT_A_DIRECTORY,
            what("components", path) + " is a file: a component is a directory");
      }
      walk.addLinks(resolved);
      collect(resolved.path(), chain);
    }

    /** Resolves a file or directory, in this repository or in a remote one. */
    private ResolvedPath local(String field, String path) {
      requireFilled(field, path);
      String what = what(field, path);
      if (RemoteBase.isRemote(path)) {
        Optional<ResolvedPath> file =
            path.contains("://") ? Optional.empty() : walk.find(directory, path, what);
        return file.filter(resolved -> !resolved.isDirectory()).orElseGet(() -> remote(path, what));
      }
      return walk.require(directory, path, what);
    }

    private ResolvedPath remote(String path, String what) {
      RemoteBase reference =
          RemoteBase.parse(path)
              .orElseThrow(
                  () ->
                      unsupported(
                          what + " is not in this repository",
                          "commit a copy of it and refer to that"));
      Remotes.Base base = walk.remoteAccess().base(reference, what);
      walk.graft(reference, base);
      return walk.require(reference.directory(), reference.path(), what);
    }

    private void patch(Object patch) {
      if (patch instanceof String path) {
        fileUnlessInline("patches", path);
      } else {
        path("patches", YamlFields.of(patch, where));
      }
    }

    private void path(String field, YamlFields mapping) {
      mapping.text("path").forEach(path -> file(field, path));
    }

    private void keyValueSources(String field, YamlFields generator) {
      for (String source : generator.texts("files")) {
        file(field, source.substring(source.indexOf('=') + 1));
      }
      generator.texts("envs").forEach(path -> file(field, path));
      generator.text("env").forEach(path -> file(field, path));
    }

    private void fileUnlessInline(String field, String text) {
      if (!isInline(text)) {
        file(field, text);
      }
    }

    private ResolvedPath file(String field, String path) {
      ResolvedPath resolved = local(field, path);
      if (resolved.isDirectory()) {
        throw new RefusedException(
            SourceFailure.NOT_A_FILE, what(field, path) + " is a directory: give a file");
      }
      walk.addFile(resolved);
      return resolved;
    }

    private void plugin(String field, String text) {
      if (isInline(text)) {
        YamlText.documents(text, where).forEach(document -> plugin(field, document, where));
        return;
      }
      if (local(field, text).isDirectory()) {
        throw unsupported(what(field, text) + " is a directory", "name its files");
      }
      ResolvedPath file = file(field, text);
      YamlText.documents(walk.text(file.entry(), MAX_BYTES), file.path())
          .forEach(document -> plugin(field, document, file.path()));
    }

    private void plugin(String field, Object document, String file) {
      YamlFields plugin = YamlFields.of(document, file);
      if (!plugins.collect(plugin, "%s in '%s'".formatted(field, where), directory)) {
        builtIn(field, plugin);
      }
    }

    /**
     * Reads the configuration of a built-in plugin, whose paths are relative to the kustomization,
     * too.
     */
    private void builtIn(String field, YamlFields plugin) {
      String kind = String.join(",", plugin.text("kind"));
      if (kind.equals("HelmChartInflationGenerator") || runsFunction(plugin)) {
        throw unsupported(
            "%s in '%s' runs the plugin %s".formatted(field, where, kind),
            "charts by plugin and functions are not allowed: use helmCharts, or kustomize's other"
                + " built-in plugins");
      }
      switch (kind) {
        case "ConfigMapGenerator", "SecretGenerator" -> keyValueSources(field, plugin);
        case "PatchStrategicMergeTransformer" ->
            plugin.texts("paths").forEach(path -> fileUnlessInline(field, path));
        case "ReplacementTransformer" ->
            plugin.mappings("replacements").forEach(replacement -> path(field, replacement));
        default -> path(field, plugin);
      }
    }

    private boolean runsFunction(YamlFields plugin) {
      return plugin
          .mapping("metadata")
          .flatMap(metadata -> metadata.mapping("annotations"))
          .filter(
              annotations ->
                  annotations.has("config.kubernetes.io/function")
                      || annotations.has("config.k8s.io/function"))
          .isPresent();
    }

    private void requireFilled(String field, String path) {
      if (path.isBlank()) {
        throw new RefusedException(
            SourceFailure.INVALID_KUSTOMIZATION,
            "%s in '%s' has an empty entry".formatted(field, where));
      }
    }

    /** Describes a reference, without the password that a URL may have. */
    private String what(String field, String path) {
      String shown = path.replaceAll("//[^/@\\s]*@", "//");
      return "'%s' (%s in '%s')"
          .formatted(shown.length() > 200 ? shown.substring(0, 200) + "..." : shown, field, where);
    }
  }

  private static boolean isInline(String text) {
    return text.contains("\n") || text.stripLeading().startsWith("{");
  }
}
