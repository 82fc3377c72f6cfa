package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.walk.Remotes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Over random repositories and random commits: the index always finds the applications whose inputs
 * or refusal changed, although only applications that it finds are resolved again.
 */
class ExactnessTest {

  private static final int REPOSITORIES = 60;
  private static final int COMMITS = 40;
  private static final RepositoryId REPOSITORY = new RepositoryId("forge.example/o/r");
  private static final GitRef MAIN = GitRef.branch("main");
  private static final List<String> DIRECTORIES =
      List.of("", "a", "a/x", "a/x/y", "b", "b/x", "c", "d");
  private static final List<String> NAMES =
      List.of(
          "m.yaml",
          "n.json",
          "k.txt",
          "x",
          "y",
          "kustomization.yaml",
          "Kustomization",
          "Chart.yaml");

  private final ClosureResolver resolver = new ClosureResolver(Remotes.NONE);
  private int changed;
  private int left;
  private int resolved;

  @Test
  void neverMissesAnApplication() {
    for (int seed = 0; seed < REPOSITORIES; seed++) {
      checkRepository(seed);
    }
    assertThat(changed).as("results that changed").isGreaterThan(300);
    assertThat(left).as("applications left alone").isGreaterThan(2_000);
    assertThat(resolved).as("results that were closures").isGreaterThan(300);
  }

  private void checkRepository(int seed) {
    Random random = new Random(seed);
    MemoryTree tree = MemoryTree.empty();
    for (int i = 0; i < 15; i++) {
      tree = change(tree, random);
    }
    ClosureIndex index = new ClosureIndex();
    Map<ApplicationName, SourceSpec> applications = applications(random);
    Map<ApplicationName, String> known = new HashMap<>();
    for (var application : applications.entrySet()) {
      known.put(
          application.getKey(), resolve(index, tree, application.getKey(), application.getValue()));
    }
    for (int commit = 0; commit < COMMITS; commit++) {
      MemoryTree next = tree;
      for (int i = random.nextInt(3); i >= 0; i--) {
        next = change(next, random);
      }
      Set<String> paths = difference(tree, next);
      Set<ApplicationName> candidates = index.candidates(REPOSITORY, MAIN, paths);
      for (var application : applications.entrySet()) {
        ApplicationName name = application.getKey();
        String before = known.get(name);
        if (candidates.contains(name)) {
          known.put(name, resolve(index, next, name, application.getValue()));
          changed += before.equals(known.get(name)) ? 0 : 1;
        } else {
          left++;
          assertThat(identity(resolver.resolve(next, application.getValue())))
              .as("seed %d, commit %d, %s, changed %s", seed, commit, application, paths)
              .isEqualTo(before);
        }
      }
      tree = next;
    }
  }

  private String resolve(
      ClosureIndex index, MemoryTree tree, ApplicationName name, SourceSpec source) {
    ClosureResult result = resolver.resolve(tree, source);
    index.put(name, 0, REPOSITORY, MAIN, result.footprint());
    resolved += result instanceof ClosureResult.Resolved ? 1 : 0;
    return identity(result);
  }

  private static String identity(ClosureResult result) {
    return switch (result) {
      case ClosureResult.Resolved ok -> ok.closure().digest();
      case ClosureResult.Refused refused -> refused.failure().toString();
    };
  }

  private static Map<ApplicationName, SourceSpec> applications(Random random) {
    Map<ApplicationName, SourceSpec> applications = new HashMap<>();
    for (int i = 0; i < 8; i++) {
      String path = DIRECTORIES.get(random.nextInt(DIRECTORIES.size()));
      applications.put(
          new ApplicationName("app-" + i),
          new SourceSpec(
              REPOSITORY,
              "https://forge.example/o/r",
              Optional.empty(),
              Optional.empty(),
              MAIN,
              path,
              Optional.empty(),
              Optional.empty(),
              RenderOptions.DEFAULT));
    }
    return applications;
  }

  private static MemoryTree change(MemoryTree tree, Random random) {
    List<String> existing = new ArrayList<>(tree.contents().keySet());
    if (!existing.isEmpty() && random.nextInt(4) == 0) {
      return tree.without(existing.get(random.nextInt(existing.size())));
    }
    String directory = DIRECTORIES.get(random.nextInt(DIRECTORIES.size()));
    String name = NAMES.get(random.nextInt(NAMES.size()));
    String path = directory.isEmpty() ? name : directory + "/" + name;
    MemoryTree cleared = tree;
    for (String other : existing) {
      if (other.startsWith(path + "/") || path.startsWith(other + "/")) {
        cleared = cleared.without(other);
      }
    }
    if (random.nextInt(6) == 0) {
      return cleared.link(path, reference(random));
    }
    return cleared.file(
        path,
        name.startsWith("k") || name.startsWith("K")
            ? kustomization(random)
            : "v: " + random.nextInt(3));
  }

  private static String kustomization(Random random) {
    StringBuilder text = new StringBuilder("kind: Kustomization\n");
    if (random.nextBoolean()) {
      text.append("resources: [%s, %s]\n".formatted(reference(random), reference(random)));
    }
    switch (random.nextInt(5)) {
      case 0 -> text.append("components: [%s]\n".formatted(reference(random)));
      case 1 -> text.append("configMapGenerator: [{files: [k=%s]}]\n".formatted(reference(random)));
      case 2 -> text.append("patches: [{path: %s}]\n".formatted(reference(random)));
      default -> {}
    }
    return text.toString();
  }

  private static String reference(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> NAMES.get(random.nextInt(3));
      case 1 -> "../" + DIRECTORIES.get(1 + random.nextInt(DIRECTORIES.size() - 1));
      case 2 -> "x";
      default -> "../x/" + NAMES.get(random.nextInt(NAMES.size()));
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
}
