package dev.sluice.inputs.kustomize;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.kustomize.Kustomization;
import dev.sluice.contract.kustomize.PluginConfiguration;
import dev.sluice.contract.kustomize.Reference;
import dev.sluice.contract.name.RemoteBase;
import dev.sluice.contract.yaml.YamlFields;
import dev.sluice.contract.yaml.YamlText;
import dev.sluice.inputs.helm.TemplateScan;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Collects the files that building a kustomization reads: its own file and everything that it
 * refers to, recursively. References outside of the repository (URLs, plugins, charts to download)
 * are refused unless the application's policy allows them.
 */
public final class Kustomizations {

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
    return Kustomization.FILE_NAMES.stream()
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
    List<String> chain = below(parents, directory);
    if (visited.add(directory)) {
      read(directory, chain);
    }
  }

  /** Returns the directories that include each other down to this one. */
  private static List<String> below(List<String> parents, String directory) {
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
    return chain;
  }

  private void read(String directory, List<String> chain) {
    Reader reader = reader(directory, chain);
    reader.charts();
    reader.kustomization.references().forEach(reader::load);
  }

  private Reader reader(String directory, List<String> chain) {
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
    return new Reader(directory, file.path(), chain, new Kustomization(fields));
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
    private final Kustomization kustomization;

    /** Files of plugin configurations that were read, so that each is read once. */
    private final Set<String> configurations = new HashSet<>();

    /** Directories that are built to plugin configurations, and the files in them. */
    private final Set<String> builtConfigurations = new HashSet<>();

    Reader(String directory, String where, List<String> chain, Kustomization kustomization) {
      this.directory = directory;
      this.where = where;
      this.chain = chain;
      this.kustomization = kustomization;
    }

    void charts() {
      charts.collect(kustomization, directory);
    }

    private void load(Reference reference) {
      String field = reference.field();
      String text = reference.text();
      switch (reference.role()) {
        case RESOURCE -> resource(field, text);
        case COMPONENT -> component(field, text);
        case FILE -> file(field, text);
        case PLUGIN -> {
          ResolvedPath resolved = local(field, text);
          if (resolved.isDirectory()) {
            built(field, resolved, chain);
          } else {
            walk.addFile(resolved);
            if (configurations.add(resolved.path())) {
              plugins(field, walk.text(resolved.entry(), MAX_BYTES), resolved.path());
            }
          }
        }
        case INLINE_PLUGIN -> plugins(field, text, where);
      }
    }

    /**
     * Reads the configurations in a directory that is built to such. Their own references are
     * relative to this kustomization.
     *
     * @param parents the directories that include each other down to the directory
     */
    private void built(String field, ResolvedPath built, List<String> parents) {
      walk.addLinks(built);
      List<String> below = below(parents, built.path());
      if (!builtConfigurations.add(built.path())) {
        return;
      }
      Reader named = reader(built.path(), below);
      if (!named.kustomization.isListOfResources()) {
        throw unsupported(
            "'%s', which %s in '%s' names, has more than resources"
                .formatted(named.where, field, where),
            "name the files of the configurations");
      }
      for (Reference reference : named.kustomization.references()) {
        ResolvedPath resolved = named.local(reference.field(), reference.text());
        if (resolved.isDirectory()) {
          built(field, resolved, below);
        } else {
          walk.addFile(resolved);
          builtIn(field, resolved);
        }
      }
    }

    private void builtIn(String field, ResolvedPath file) {
      if (!builtConfigurations.add(file.path())) {
        return;
      }
      String text = walk.text(file.entry(), MAX_BYTES);
      for (Object document : YamlText.documents(text, file.path())) {
        PluginConfiguration plugin = PluginConfiguration.of(YamlFields.of(document, file.path()));
        if (!plugin.isBuiltIn()) {
          throw unsupported(
              "'%s', in a directory that %s in '%s' names, is no configuration of a built-in plugin"
                  .formatted(file.path(), field, where),
              "name the file itself");
        }
      }
      plugins(field, text, file.path());
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

    private void component(String field, String path) {
      ResolvedPath resolved = local(field, path);
      if (!resolved.isDirectory()) {
        throw new RefusedException(
            SourceFailure.NOT_A_DIRECTORY,
            what(field, path) + " is a file: a component is a directory");
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

    private ResolvedPath file(String field, String path) {
      ResolvedPath resolved = local(field, path);
      if (resolved.isDirectory()) {
        throw new RefusedException(
            SourceFailure.NOT_A_FILE, what(field, path) + " is a directory: give a file");
      }
      walk.addFile(resolved);
      return resolved;
    }

    private void plugins(String field, String text, String file) {
      for (Object document : YamlText.documents(text, file)) {
        PluginConfiguration plugin = PluginConfiguration.of(YamlFields.of(document, file));
        plugins.collect(plugin, "%s in '%s'".formatted(field, where), directory);
        plugin.references(field).forEach(this::load);
      }
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
}
