package dev.sluice.dispatcher.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.inputs.closure.ClosureIndex;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.DefinitionResolver;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.Origin;
import dev.sluice.inputs.signature.CommitSignatures;
import dev.sluice.inputs.walk.Remotes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index of paths covers exactly the definitions in force. */
class InputInspectorTest {

  private static final int DIRECTORIES = 6;
  private static final int NAMES = 5;
  private static final List<GitRef> REFS = List.of(GitRef.branch("main"), GitRef.branch("other"));

  private final InputInspector inspector = inspector();
  private final PartitionState partitionState = new PartitionState(inspector::define);
  private Origin origin;
  private Mirrors mirrors;
  private CommitId commit;

  @BeforeEach
  void open(@TempDir Path directory) throws IOException {
    origin = new Origin(directory.resolve("shop.git"));
    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
    Map<String, Origin.Content> files = new HashMap<>();
    for (int i = 0; i < DIRECTORIES; i++) {
      files.put(path(i), Origin.Content.file("kind: ConfigMap\n"));
    }
    commit = origin.commit(files);
    for (GitRef ref : REFS) {
      origin.set(ref, commit);
      mirrors.fetch(source(0, ref), ref, Optional.empty());
    }
  }

  @AfterEach
  void close() throws Exception {
    mirrors.close();
    origin.close();
  }

  @Test
  void aRemovedApplicationLeavesTheIndex() {
    ApplicationName web = new ApplicationName("web");
    Definition definition = definition(web, List.of(source(0, REFS.getFirst())));
    partitionState.replay(state(web, Optional.of(definition)));
    inspect(inspector, definition);
    assertThat(candidates(inspector)).containsEntry("main dir0/a.yaml", Set.of(web));

    partitionState.replay(state(web, Optional.empty()));

    assertThat(candidates(inspector)).isEmpty();
  }

  @Test
  void aRemovedSourceLeavesTheIndex() {
    ApplicationName web = new ApplicationName("web");
    Definition two =
        definition(web, List.of(source(0, REFS.getFirst()), source(1, REFS.getLast())));
    Definition one = definition(web, List.of(source(0, REFS.getFirst())));
    partitionState.replay(state(web, Optional.of(two)));
    inspect(inspector, two);

    partitionState.replay(state(web, Optional.of(one)));
    inspect(inspector, one);

    assertThat(candidates(inspector)).containsOnlyKeys("main dir0/a.yaml");
  }

  @Test
  void anEvaluationThatBeganUnderAnEarlierDefinitionIndexesNothing() {
    ApplicationName web = new ApplicationName("web");
    Definition before = definition(web, List.of(source(0, REFS.getFirst())));
    Definition after = definition(web, List.of(source(1, REFS.getLast())));
    partitionState.replay(state(web, Optional.of(before)));
    partitionState.replay(state(web, Optional.of(after)));
    inspect(inspector, after);

    inspect(inspector, before);

    assertThat(candidates(inspector)).containsOnlyKeys("other dir1/a.yaml");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anUpdatedIndexEqualsANewlyBuiltOne(long seed) {
    Random random = new Random(seed);
    Map<ApplicationName, Definition> defined = new TreeMap<>();
    List<Definition> earlier = new ArrayList<>();
    for (int step = 0; step < 200; step++) {
      ApplicationName name = new ApplicationName("app-" + random.nextInt(NAMES));
      if (random.nextInt(3) == 0) {
        defined.remove(name);
        partitionState.replay(state(name, Optional.empty()));
      } else {
        Definition definition = definition(name, sources(random));
        defined.put(name, definition);
        earlier.add(definition);
        partitionState.replay(state(name, Optional.of(definition)));
        inspect(inspector, definition);
      }
      if (!earlier.isEmpty() && random.nextInt(4) == 0) {
        inspect(inspector, earlier.get(random.nextInt(earlier.size()))); // arrives late
      }
    }

    InputInspector rebuilt = inspector();
    PartitionState other = new PartitionState(rebuilt::define);
    defined.forEach(
        (name, definition) -> {
          other.replay(state(name, Optional.of(definition)));
          inspect(rebuilt, definition);
        });
    assertThat(candidates(inspector)).isEqualTo(candidates(rebuilt)).isNotEmpty();
  }

  private List<SourceSpec> sources(Random random) {
    List<SourceSpec> sources = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      sources.add(source(random.nextInt(DIRECTORIES), REFS.get(random.nextInt(REFS.size()))));
    }
    return sources;
  }

  private void inspect(InputInspector inspector, Definition definition) {
    Map<RefKey, FetchOutcome.At> heads = new HashMap<>();
    definition
        .sources()
        .forEach(source -> heads.put(RefKey.of(source), new FetchOutcome.At(commit)));
    var unused =
        inspector.inspect(
            state(definition.application(), Optional.of(definition)),
            new SourceCommits(
                mirrors, heads, Map.of(), new CommitSignatures(mirrors, Instant.EPOCH)),
            new InputInspector.ChangedPaths(RefKey.of(definition.sources().getFirst()), Set.of()),
            "");
  }

  /** Returns the candidates by ref and path, without empty entries. */
  private Map<String, Set<ApplicationName>> candidates(InputInspector asked) {
    Map<String, Set<ApplicationName>> found = new TreeMap<>();
    for (GitRef ref : REFS) {
      for (int i = 0; i < DIRECTORIES; i++) {
        Set<ApplicationName> names = asked.candidates(RefKey.of(source(i, ref)), Set.of(path(i)));
        if (!names.isEmpty()) {
          found.put(ref.value().substring("refs/heads/".length()) + " " + path(i), names);
        }
      }
    }
    return found;
  }

  private SourceSpec source(int directory, GitRef ref) {
    SourceSpec main = origin.source("dir" + directory);
    return new SourceSpec(
        main.repository(),
        main.url(),
        main.credentials(),
        Optional.empty(),
        ref,
        main.path(),
        main.type(),
        main.alias(),
        main.options());
  }

  private static String path(int directory) {
    return "dir%d/a.yaml".formatted(directory);
  }

  private static Definition definition(ApplicationName name, List<SourceSpec> sources) {
    return new Definition(
        name,
        sources,
        List.of(new ClusterTarget(new ClusterName("one"), Map.of())),
        new ApplicationSpec("web", Policy.DEFAULT),
        false);
  }

  private static ApplicationState state(ApplicationName name, Optional<Definition> definition) {
    return new ApplicationState(
        name,
        definition,
        "r1",
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static InputInspector inspector() {
    return new InputInspector(
        new DefinitionResolver(new ClosureResolver(Remotes.NONE)), new ClosureIndex());
  }
}
