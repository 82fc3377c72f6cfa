package dev.sluice.inputs.closure;

import dev.sluice.contract.fleet.Customization;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** A repository with one application of each kind, and random commits to it. */
final class RandomRepository {

  static final RepositoryId REPOSITORY = new RepositoryId("forge.example/o/r");
  static final GitRef MAIN = GitRef.branch("main");
  static final Map<ApplicationName, SourceSpec> APPLICATIONS = applications();

  private static final Map<String, List<String>> CONTENTS = contents();

  private RandomRepository() {}

  /** Returns the initial tree, in which everything renders. */
  static MemoryTree first() {
    MemoryTree tree = MemoryTree.empty();
    for (var file : CONTENTS.entrySet()) {
      tree = tree.file(file.getKey(), file.getValue().getFirst());
    }
    return tree;
  }

  /** Edits, deletes, renames or links one file, or creates one at a path that is looked up. */
  static MemoryTree change(MemoryTree tree, Random random) {
    List<String> existing = new ArrayList<>(tree.contents().keySet());
    List<String> known = new ArrayList<>(CONTENTS.keySet());
    String path = known.get(random.nextInt(known.size()));
    List<String> others = new ArrayList<>(CONTENTS.get(path));
    others.removeIf(text -> ("FILE " + text).equals(tree.contents().get(path)));
    String text = others.isEmpty() ? "" : others.get(random.nextInt(others.size()));
    return switch (random.nextInt(10)) {
      case 0 -> tree.without(existing.get(random.nextInt(existing.size())));
      case 1 -> {
        String from = existing.get(random.nextInt(existing.size()));
        yield tree.without(from)
            .file(from + ".yaml", "kind: ConfigMap\nmetadata: {name: renamed}\n");
      }
      case 2 -> tree.without(path).link(path, "../base/map.yaml");
      case 3 -> tree.file("overlay/Kustomization", "resources: [../base]\n");
      default -> tree.file(path, text);
    };
  }

  private static Map<ApplicationName, SourceSpec> applications() {
    Map<ApplicationName, SourceSpec> applications = new TreeMap<>();
    for (String path : List.of("plain", "base", "overlay", "chart")) {
      List<String> values =
          path.equals("chart") ? List.of("../environment/values.yaml") : List.of();
      applications.put(
          new ApplicationName(path),
          new SourceSpec(
              REPOSITORY,
              "https://forge.example/o/r",
              Optional.empty(),
              Optional.empty(),
              MAIN,
              path,
              Optional.empty(),
              Optional.empty(),
              new RenderOptions(
                  PlainOptions.DEFAULT,
                  new HelmOptions(Optional.empty(), values, Optional.empty(), Map.of(), true),
                  Customization.NONE)));
    }
    return applications;
  }

  /** Paths and their possible contents; the first is the initial one. */
  private static Map<String, List<String>> contents() {
    String map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {value: %s}\n";
    Map<String, List<String>> contents = new TreeMap<>();
    contents.put("README.md", List.of("one", "two"));
    contents.put("plain/a.yaml", List.of(map.formatted("a", "one"), map.formatted("a", "two")));
    contents.put(
        "plain/deep/b.yaml", List.of(map.formatted("b", "one"), map.formatted("b", "two")));
    contents.put("plain/NOTES.md", List.of("one", "two"));
    contents.put("base/map.yaml", List.of(map.formatted("c", "one"), map.formatted("c", "two")));
    contents.put("base/unused.yaml", List.of(map.formatted("d", "one"), map.formatted("d", "two")));
    contents.put("base/settings.env", List.of("level=info\n", "level=debug\n"));
    contents.put(
        "base/kustomization.yaml",
        List.of(
            "resources: [map.yaml]\nconfigMapGenerator: [{name: s, envs: [settings.env]}]\n",
            "resources: [map.yaml]\n",
            "# said in a comment\nresources: [map.yaml]\n",
            "resources: [map.yaml, unused.yaml]\n"));
    contents.put(
        "component/kustomization.yaml",
        List.of(
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: x-\n",
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: y-\n"));
    contents.put(
        "overlay/kustomization.yaml",
        List.of(
            "resources: [../base]\ncomponents: [../component]\npatches: [{path: patch.yaml}]\n",
            "resources: [../base]\npatches: [{path: patch.yaml}]\n",
            "resources: [../base]\n"));
    contents.put(
        "overlay/patch.yaml",
        List.of(map.formatted("c", "patched"), map.formatted("c", "patched-again")));
    contents.put("environment/values.yaml", List.of("level: info\n", "level: debug\n"));
    contents.put(
        "chart/Chart.yaml",
        List.of(
            "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
            "apiVersion: v2\nname: chart\nversion: 1.0.1\n"));
    contents.put("chart/values.yaml", List.of("level: none\ncolour: red\n", "colour: blue\n"));
    contents.put("chart/README.md", List.of("one", "two"));
    contents.put("chart/.helmignore", List.of("*.md\n", "*.md\nfiles/\n", "*.md\n!values.yaml\n"));
    contents.put("chart/files/text", List.of("one", "two"));
    contents.put(
        "chart/templates/map.yaml",
        List.of(
            map.formatted("e", "{{ .Values.level }}-{{ .Values.colour }}-{{ .Chart.Version }}"),
            map.formatted("e", "{{ .Values.level }}"),
            map.formatted("e", "{{ .Files.Get \"files/text\" | quote }}")));
    contents.put("chart/templates/_helpers.tpl", List.of("", "{{ define \"x\" }}{{ end }}"));
    contents.put(
        "chart/charts/sub/Chart.yaml", List.of("apiVersion: v2\nname: sub\nversion: 1.0.0\n"));
    contents.put(
        "chart/charts/sub/templates/map.yaml",
        List.of(map.formatted("f", "one"), map.formatted("f", "two")));
    return contents;
  }
}
