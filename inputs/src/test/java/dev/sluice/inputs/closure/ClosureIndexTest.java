package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.walk.Footprint;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClosureIndexTest {

  private static final RepositoryId REPOSITORY = new RepositoryId("forge.example/o/r");
  private static final GitRef MAIN = GitRef.branch("main");
  private static final ApplicationName APP = new ApplicationName("app");
  private static final ApplicationName OTHER = new ApplicationName("other");

  private final ClosureIndex index = new ClosureIndex();

  @ParameterizedTest
  @CsvSource({
    "base/a.yaml, true",
    "base/b.yaml, false",
    "base/a.yaml/x, false",
    "base, true",
    "base/gone/x/kustomization.yaml, true",
    "base/gone/x, true",
    "base/gone/y, false",
    "base/gone, true",
    "plain, true",
    "plain/deep/er/x, true",
    "plainer/x, false",
    "x, false"
  })
  void findsTheApplicationsThatDependOnAPath(String changed, boolean found) {
    put(APP, 0, new Footprint(Set.of("base/a.yaml"), Set.of("base/gone/x"), Set.of("plain")));

    assertThat(candidates(changed).contains(APP)).isEqualTo(found);
  }

  @Test
  void theRootMayBeWatched() {
    put(APP, 0, new Footprint(Set.of(), Set.of(), Set.of("")));

    assertThat(candidates("a/b/c", "d")).containsExactly(APP);
    assertThat(candidates()).isEmpty();
  }

  @Test
  void distinguishesRepositoriesRefsAndSources() {
    put(APP, 0, present("a"));
    put(APP, 1, present("b"));
    put(OTHER, 0, present("b"));

    assertThat(candidates("a")).containsExactly(APP);
    assertThat(candidates("b")).containsExactly(APP, OTHER);
    assertThat(index.candidates(REPOSITORY, GitRef.branch("x"), Set.of("a"))).isEmpty();
    assertThat(index.candidates(new RepositoryId("forge.example/o/x"), MAIN, Set.of("a")))
        .isEmpty();
  }

  @Test
  void forgetsReplacedAndRemovedFootprints() {
    put(APP, 0, present("a"));
    put(APP, 0, present("b"));
    assertThat(candidates("a")).isEmpty();
    assertThat(candidates("b")).containsExactly(APP);

    index.remove(APP);
    assertThat(candidates("b")).isEmpty();
    index.remove(APP);
  }

  private static Footprint present(String path) {
    return new Footprint(Set.of(path), Set.of(), Set.of());
  }

  private void put(ApplicationName application, int source, Footprint footprint) {
    index.put(application, source, REPOSITORY, MAIN, footprint);
  }

  private Set<ApplicationName> candidates(String... changed) {
    return index.candidates(REPOSITORY, MAIN, Set.of(changed));
  }
}
