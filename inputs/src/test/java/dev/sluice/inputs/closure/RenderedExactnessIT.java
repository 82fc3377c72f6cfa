package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.kustomize.Kustomization;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.inputs.walk.ClosureEntry;
import dev.sluice.inputs.walk.Remotes;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Over random repositories of plain files, kustomizations and charts, and random commits: if the
 * rendering changes, the index finds the application and its inputs differ. The reverse need not
 * hold: a file may be read without effect on the output, such as a chart's notes or a comment. The
 * test prints how often that happens.
 *
 * <p>{@code -Dsluice.exactness.repositories=N} tries more.
 */
class RenderedExactnessIT {

  private static final int REPOSITORIES = Integer.getInteger("sluice.exactness.repositories", 3);
  private static final int COMMITS = 8;

  private final ClosureResolver resolver = new ClosureResolver(Remotes.NONE);
  private final Map<String, Integer> falseAlarms = new TreeMap<>();
  private int differing;
  private int same;
  private int broken;

  @TempDir Path directory;

  @Test
  void anotherRenderingHasOtherInputs() throws Exception {
    Rendering.checkPossible();
    for (int seed = 0; seed < REPOSITORIES; seed++) {
      checkRepository(new Random(seed), seed);
    }
    LoggerFactory.getLogger(getClass())
        .info(
            "{} renderings differed and were all found, {} were the same, {} failed; false alarms"
                + " by cause: {}",
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
    MemoryTree tree = RandomRepository.first();
    Rendering rendering = new Rendering(directory.resolve("seed-" + seed));
    rendering.checkOut(tree);
    ClosureIndex index = new ClosureIndex();
    Map<ApplicationName, Inputs> inputs = new HashMap<>();
    Map<ApplicationName, Optional<String>> rendered = new HashMap<>();
    for (var application : RandomRepository.APPLICATIONS.entrySet()) {
      ApplicationName name = application.getKey();
      inputs.put(name, resolve(index, tree, name, application.getValue()));
      rendered.put(name, rendering.of(application.getValue()));
      assertThat(rendered.get(name)).as("%s at first", name).isPresent();
    }
    for (int commit = 0; commit < COMMITS; commit++) {
      MemoryTree next = RandomRepository.change(RandomRepository.change(tree, random), random);
      Set<String> paths = difference(tree, next);
      Set<ApplicationName> candidates =
          index.candidates(RandomRepository.REPOSITORY, RandomRepository.MAIN, paths);
      rendering.checkOut(next);
      for (var application : RandomRepository.APPLICATIONS.entrySet()) {
        ApplicationName name = application.getKey();
        Inputs before = inputs.get(name);
        Inputs after =
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
            falseAlarms.merge(cause(before, after), 1, Integer::sum);
          }
        }
        inputs.put(name, after);
        rendered.put(name, now);
      }
      tree = next;
    }
  }

  /**
   * The state of an application.
   *
   * @param identity digest or refusal
   * @param entries the closure's entries by path, with their object ids
   */
  private record Inputs(String identity, Map<String, ClosureEntry> entries) {}

  private Inputs resolve(
      ClosureIndex index, MemoryTree tree, ApplicationName name, SourceSpec source) {
    ClosureResult result = resolver.resolve(tree, source);
    index.put(name, 0, RandomRepository.REPOSITORY, RandomRepository.MAIN, result.footprint());
    return switch (result) {
      case ClosureResult.Resolved(Closure closure, _) ->
          new Inputs(
              closure.digest(),
              closure.entries().stream()
                  .collect(Collectors.toMap(ClosureEntry::path, entry -> entry)));
      case ClosureResult.Refused refused -> new Inputs(refused.failure().toString(), Map.of());
    };
  }

  /**
   * Returns why a rendering is the same although an input changed; for several inputs, the first.
   */
  private static String cause(Inputs before, Inputs after) {
    Set<String> paths = new TreeSet<>(before.entries().keySet());
    paths.addAll(after.entries().keySet());
    paths.removeIf(path -> Objects.equals(before.entries().get(path), after.entries().get(path)));
    if (before.entries().isEmpty() || after.entries().isEmpty()) {
      return "refused, though a program renders it";
    }
    String path = paths.iterator().next();
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (name.equals("values.yaml")) {
      return "values that no template uses, or that others overrule";
    }
    if (name.equals(".helmignore")) {
      return "rules of .helmignore that leave out the same";
    }
    if (path.contains("/templates/")) {
      return "templates that say the same in other words";
    }
    if (path.startsWith("chart/")) {
      return "chart files that no template reads";
    }
    if (Kustomization.isAt(name)) {
      return "kustomizations that say the same in other words";
    }
    return path.startsWith("plain/")
        ? "plain files that say the same in other words"
        : "files whose change a patch or generator overrules";
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
}
