package dev.sluice.dispatcher.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.fleet.Customization;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Over random repositories of plain files, kustomizations and charts, and random commits: whatever
 * really renders to something else is found by the index and has other inputs. The reverse need not
 * be: a file may be read and yet not show, such as a chart's notes or a comment. How often that is
 * so is told.
 *
 * <p>{@code -Dsluice.exactness.repositories=N} tries more.
 */
class RenderedExactnessIT {

  private static final int REPOSITORIES = Integer.getInteger("sluice.exactness.repositories", 3);
  private static final int COMMITS = 8;
  private static final RepositoryId REPOSITORY = RepositoryId.of("forge.example", "o/r");
  private static final GitRef MAIN = GitRef.branch("main");
  private static final Map<String, List<String>> CONTENTS = contents();
  private static final Map<ApplicationName, SourceSpec> APPLICATIONS = applications();

  private final ClosureResolver resolver = new ClosureResolver();
  private final Map<String, Integer> falseAlarms = new TreeMap<>();
  private int differing;
  private int same;
  private int broken;

  @TempDir Path directory;

  @Test
  void whatRendersToSomethingElseHasOtherInputs() throws Exception {
    assumeTrue(Rendering.isPossible(), "kubectl or the Helm library is not here");
    for (int seed = 0; seed < REPOSITORIES; seed++) {
      checkRepository(new Random(seed), seed);
    }
    LoggerFactory.getLogger(getClass())
        .info(
            "{} renderings differed and were all found, {} were the same, {} failed; false alarms by what changed: {}",
            differing,
            same,
            broken,
            falseAlarms);
    assertThat(differing).as("renderings that differ").isGreaterThan(5 * REPOSITORIES);
    assertThat(same).as("renderings that are the same").isGreaterThan(10 * REPOSITORIES);
    assertThat(falseAlarms.values().stream().mapToInt(Integer::intValue).sum())
        .as("false alarms: %s", falseAlarms)
        .isLessThan(same / 2);
  }

  private void checkRepository(Random random, int seed) throws Exception {
    MemoryTree tree = MemoryTree.empty();
    for (var file : CONTENTS.entrySet()) {
      tree = tree.file(file.getKey(), file.getValue().getFirst());
    }
    Rendering rendering = new Rendering(directory.resolve("seed-" + seed));
    rendering.checkOut(tree);
    ClosureIndex index = new ClosureIndex();
    Map<ApplicationName, String> inputs = new HashMap<>();
    Map<ApplicationName, Optional<String>> rendered = new HashMap<>();
    for (var application : APPLICATIONS.entrySet()) {
      ApplicationName name = application.getKey();
      inputs.put(name, resolve(index, tree, name, application.getValue()));
      rendered.put(name, rendering.of(application.getValue()));
      assertThat(rendered.get(name)).as("%s at first", name).isPresent();
    }
    for (int commit = 0; commit < COMMITS; commit++) {
      MemoryTree next = change(change(tree, random), random);
      Set<String> paths = difference(tree, next);
      Set<ApplicationName> candidates = index.candidates(REPOSITORY, MAIN, paths);
      rendering.checkOut(next);
      for (var application : APPLICATIONS.entrySet()) {
        ApplicationName name = application.getKey();
        String before = inputs.get(name);
        String after =
            candidates.contains(name) ? resolve(index, next, name, application.getValue()) : before;
        Optional<String> now = rendering.of(application.getValue());
        if (!now.equals(rendered.get(name))) {
          differing++;
          assertThat(after)
              .as("inputs of %s, seed %d, commit %d: %s", name, seed, commit, paths)
              .isNotEqualTo(before);
        } else if (now.isEmpty()) {
          broken++;
        } else {
          same++;
          if (!after.equals(before)) {
            falseAlarms.merge(String.join(" ", paths), 1, Integer::sum);
          }
        }
        inputs.put(name, after);
        rendered.put(name, now);
      }
      tree = next;
    }
  }

  private String resolve(
      ClosureIndex index, MemoryTree tree, ApplicationName name, SourceSpec source) {
    ClosureResult result = resolver.resolve(tree, source);
    index.put(name, 0, REPOSITORY, MAIN, result.footprint());
    return switch (result) {
      case ClosureResult.Resolved ok -> ok.closure().digest();
      case ClosureResult.Refused refused -> refused.failure().toString();
    };
  }

  /** Edits, deletes, renames or links one file, or puts one at a name that is looked for. */
  private static MemoryTree change(MemoryTree tree, Random random) {
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

  private static Set<String> difference(MemoryTree from, MemoryTree to) {
    Map<String, String> before = from.contents();
    Map<String, String> after = to.contents();
    Set<String> paths = new TreeSet<>(before.keySet());
    paths.addAll(after.keySet());
    paths.removeIf(
        path -> Optional.ofNullable(before.get(path)).equals(Optional.ofNullable(after.get(path))));
    return paths;
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

  /** Paths, and what may be there; the first at first. */
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
