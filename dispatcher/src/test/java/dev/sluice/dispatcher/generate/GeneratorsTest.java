package dev.sluice.dispatcher.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.LocalRepository;
import dev.sluice.inputs.git.Origin;
import dev.sluice.inputs.git.Origin.Content;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratorsTest {

  private static final List<ClusterTarget> CLUSTERS =
      List.of(
          new ClusterTarget(new ClusterName("staging"), Map.of("env", "staging")),
          new ClusterTarget(new ClusterName("eu"), Map.of("env", "production", "region", "eu")),
          new ClusterTarget(new ClusterName("us"), Map.of("env", "production", "region", "us")));

  private static final GeneratorSource SOURCE =
      new GeneratorSource(
          new RemotePolicy.Base(
              new RepositoryId("forge.example/shop"),
              "https://forge.example/shop",
              Optional.empty(),
              Optional.empty(),
              Optional.empty()),
          GitRef.branch("main"));

  @TempDir private Path directory;
  private final Map<String, Content> files = new HashMap<>();
  private int repositories;

  @Test
  void aListHasItsElementsInTheirOrder() {
    ListGenerator list = list("{\"name\": \"b\", \"of\": {\"team\": \"x\"}}", "{\"name\": \"a\"}");
    assertThat(values(list, "name")).containsExactly("b", "a");
    assertThat(list.mayHave("of.team")).isTrue();
    assertThat(list.mayHave("of.other")).isFalse();
  }

  @Test
  void clustersAreSelectedByAllLabels() {
    assertThat(values(clusters(Map.of("env", "production")), "cluster.name"))
        .containsExactly("eu", "us");
    assertThat(values(clusters(Map.of()), "cluster.labels.env"))
        .containsExactly("production", "staging", "production");
    assertThat(values(clusters(Map.of("env", "production", "region", "us")), "cluster.name"))
        .containsExactly("us");
  }

  @Test
  void aMatrixHasEveryCombination() {
    MatrixGenerator matrix =
        new MatrixGenerator(
            "m",
            List.of(
                list("{\"app\": \"a\"}", "{\"app\": \"b\"}"),
                clusters(Map.of("env", "production"))));
    assertThat(values(matrix, "app", "cluster.name"))
        .containsExactly("a eu", "a us", "b eu", "b us");
    assertThat(matrix.elements(input()).getFirst().origin())
        .isEqualTo("list element 1 and cluster eu");
  }

  @Test
  void aMatrixRefusesTwoValuesOfOneNameAndTooManyElements() {
    assertThatThrownBy(
            () ->
                new MatrixGenerator("m", List.of(list("{\"a\": 1}"), list("{\"a\": 2}")))
                    .elements(input()))
        .hasMessageContaining("list element 1 and list element 1 both have a value 'a'");
    ListGenerator many = list(Stream.generate(() -> "{}").limit(1_000).toArray(String[]::new));
    assertThatThrownBy(() -> new MatrixGenerator("m", List.of(many, many)).elements(input()))
        .hasMessageContaining("has 1000000 elements, and 5000 are allowed");
  }

  @Test
  void aMergeOverridesElementsOfTheFirstGenerator() {
    MergeGenerator merge =
        new MergeGenerator(
            "m",
            List.of("cluster.name"),
            List.of(
                clusters(Map.of()),
                list(
                    "{\"cluster.name\": \"eu\", \"size\": 3}",
                    "{\"cluster.name\": \"gone\", \"size\": 9}")));
    assertThat(merge.elements(input()))
        .extracting(
            one ->
                one.value("cluster.name").orElseThrow().asText()
                    + one.value("size").map(size -> " " + size).orElse(""))
        .containsExactly("eu 3", "staging", "us");
  }

  @Test
  void aMergeRefusesElementsWithoutAndWithTheSameKeys() {
    assertThatThrownBy(() -> merge(list("{\"k\": 1}"), list("{\"a\": 1}")).elements(input()))
        .hasMessage("list element 1 has no value 'k'");
    assertThatThrownBy(
            () -> merge(list("{\"k\": 1}", "{\"k\": 1}"), list("{\"k\": 1}")).elements(input()))
        .hasMessage("list element 1 and list element 2 have the same values of [k]");
  }

  @Test
  void directoriesAreSelectedByGlobsWithoutHiddenOnesAndLinks() throws IOException {
    for (String path :
        List.of("apps/web/a", "apps/db/b", "apps/old/c", "apps/.git-x/d", "lib/x/e")) {
      files.put(path, Content.file("x"));
    }
    files.put("apps/README.md", Content.file("x"));
    files.put("apps/link", Content.link("web"));
    files.put("apps/module", Content.submodule("1234567890".repeat(4)));

    assertThat(values(directories(List.of("apps/*"), List.of("apps/old")), "path", "path.basename"))
        .containsExactly("apps/db db", "apps/web web");
    assertThat(values(directories(List.of("**"), List.of("lib/**")), "path"))
        .containsExactly("apps", "apps/db", "apps/old", "apps/web", "lib");
    assertThat(values(directories(List.of("apps/.git-x"), List.of()), "path.segments[1]"))
        .containsExactly(".git-x");
    assertThat(directories(List.of("none/*"), List.of()).elements(git())).isEmpty();
  }

  @Test
  void aTreeOfManyDirectoriesIsRefused() throws IOException {
    try (Origin origin = new Origin(directory.resolve("bomb.git"))) {
      CommitId tree = origin.tree(origin.commit(Map.of("x", Content.file("x"))));
      for (int i = 0; i < 3; i++) {
        tree = origin.tree(origin.commitCopies(tree, 100));
      }
      CommitId commit = origin.commitCopies(tree, 100);
      GeneratorTrees trees = trees(commit, directory.resolve("bomb.git"));
      assertThatThrownBy(
              () ->
                  directories(List.of("**/y"), List.of())
                      .elements(new Generator.Input(CLUSTERS, trees, SearchBudget.ofFleet())))
          .hasMessageContaining("more than 100000 files and directories");
    }
  }

  @Test
  void allSetsOfAnIncludeTogetherHaveALimitOfWhatTheySearch() throws IOException {
    try (Origin origin = new Origin(directory.resolve("large.git"))) {
      CommitId tree = origin.tree(origin.commit(Map.of("x", Content.file("x"))));
      tree = origin.tree(origin.commitCopies(tree, 100));
      CommitId commit = origin.commitCopies(tree, 110);
      GeneratorTrees trees = trees(commit, directory.resolve("large.git"));
      SearchBudget budget = SearchBudget.ofInclude();
      DirectoryGenerator generator = directories(List.of("**/y"), List.of());
      for (int i = 0; i < 11; i++) { // of 44,220 entries each, as each is listed twice
        assertThat(generator.elements(new Generator.Input(CLUSTERS, trees, budget))).isEmpty();
      }
      assertThatThrownBy(() -> generator.elements(new Generator.Input(CLUSTERS, trees, budget)))
          .isInstanceOf(GeneratorException.class)
          .hasMessageContaining("all sets of the FleetInclude")
          .hasMessageContaining("500,000 files and directories");
    }
  }

  @Test
  void allSetsOfAnIncludeTogetherHaveALimitOfWhatTheyRead() throws IOException {
    files.put("large.yaml", Content.file("a: 1 #" + "x".repeat(250_000) + "\n"));
    Path git = directory.resolve("read.git");
    try (Origin origin = new Origin(git)) {
      GeneratorTrees trees = trees(origin.commit(new TreeMap<>(files)), git);
      SearchBudget budget = SearchBudget.ofInclude();
      FileGenerator generator = files("*.yaml");
      for (int i = 0; i < 268; i++) {
        assertThat(generator.elements(new Generator.Input(CLUSTERS, trees, budget))).hasSize(1);
      }
      assertThatThrownBy(() -> generator.elements(new Generator.Input(CLUSTERS, trees, budget)))
          .isInstanceOf(GeneratorException.class)
          .hasMessageContaining("more than 64 MiB of files");
    }
  }

  @Test
  void filesHaveTheirValuesAndTheirPath() throws IOException {
    files.put("envs/dev/config.yaml", Content.file("name: dev\nsize: 2\nteam: {name: x}\n"));
    files.put("envs/prod/config.json", Content.file("[{\"name\": \"eu\"}, {\"name\": \"us\"}]"));
    assertThat(values(files("envs/*/config.*"), "name", "path.basename", "path.filename"))
        .containsExactly("dev dev config.yaml", "eu prod config.json", "us prod config.json");
    assertThat(
            files("envs/*/config.yaml")
                .elements(git())
                .getFirst()
                .value("size")
                .orElseThrow()
                .isInt())
        .isTrue();
  }

  @Test
  void badFilesAreReportedAndTheOthersRead() throws IOException {
    files.put("c/good.yaml", Content.file("name: good"));
    files.put("c/syntax.yaml", Content.file("a: 1\nb: [\n"));
    files.put("c/twice.yaml", Content.file("a: 1\na: 2\n"));
    files.put("c/scalar.yaml", Content.file("text"));
    files.put("c/empty.yaml", Content.file(""));
    files.put("c/two.yaml", Content.file("a: 1\n---\na: 2\n"));
    files.put("c/items.yaml", Content.file("[1]"));
    files.put("c/path.yaml", Content.file("path: x"));
    files.put("c/large.yaml", Content.file("a: " + "x".repeat(300 << 10)));
    files.put("c/link.yaml", Content.link("/etc/passwd"));
    files.put("c/bomb.yaml", Content.file(bomb()));

    Generator.Input input = git();
    assertThat(files("c/*").elements(input)).hasSize(1);
    assertThat(input.problems().stream().map(GeneratorException::text))
        .satisfiesExactlyInAnyOrder(
            text -> assertThat(text).startsWith("file c/syntax.yaml:3 of shop: "),
            text -> assertThat(text).startsWith("file c/twice.yaml:2 of shop: "),
            text ->
                assertThat(text)
                    .isEqualTo(
                        "file c/scalar.yaml of shop: must be a mapping, or a list of mappings"),
            text -> assertThat(text).isEqualTo("file c/empty.yaml of shop: is empty"),
            text -> assertThat(text).contains("c/two.yaml", "several documents"),
            text -> assertThat(text).contains("c/items.yaml", "list of mappings"),
            text -> assertThat(text).contains("c/path.yaml", "'path'", "rename it"),
            text -> assertThat(text).contains("c/large.yaml", "larger than 256 KiB"),
            text -> assertThat(text).contains("c/link.yaml", "symbolic link"),
            text -> assertThat(text).contains("c/bomb.yaml", "aliases expanded"));
  }

  @Test
  void nothingIsMergedWhileElementsAreMissing() throws IOException {
    files.put("c/a.yaml", Content.file("k: ["));
    MergeGenerator merge =
        new MergeGenerator("m", List.of("k"), List.of(list("{\"k\": 1}"), files("c/*")));
    Generator.Input input = git();
    assertThatThrownBy(() -> merge.elements(input)).hasMessageContaining("nothing is merged");
  }

  private static String bomb() {
    StringBuilder text = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 10; i++) {
      String alias = "*a" + (i - 1);
      text.append("a%d: &a%d [%s]\n".formatted(i, i, (alias + ",").repeat(9) + alias));
    }
    return text.toString();
  }

  private static MergeGenerator merge(Generator... generators) {
    return new MergeGenerator("m", List.of("k"), List.of(generators));
  }

  private static ListGenerator list(String... items) {
    return new ListGenerator("l", Stream.of(items).map(GeneratorsTest::node).toList());
  }

  private static ClusterGenerator clusters(Map<String, String> labels) {
    return new ClusterGenerator("c", labels);
  }

  private static DirectoryGenerator directories(List<String> include, List<String> exclude) {
    return new DirectoryGenerator("d", "shop", SOURCE, selection(include, exclude));
  }

  private static FileGenerator files(String include) {
    return new FileGenerator("f", "shop", SOURCE, selection(List.of(include), List.of()));
  }

  private static PathSelection selection(List<String> include, List<String> exclude) {
    return new PathSelection(
        include.stream().map(PathGlob::parse).toList(),
        exclude.stream().map(PathGlob::parse).toList());
  }

  private List<String> values(Generator generator, String... names) {
    return generator.elements(git()).stream()
        .map(
            element ->
                String.join(
                    " ",
                    Stream.of(names)
                        .map(name -> element.value(name).orElseThrow().asText())
                        .toList()))
        .toList();
  }

  private static Generator.Input input() {
    return new Generator.Input(CLUSTERS, GeneratorTrees.NONE, SearchBudget.ofFleet());
  }

  private Generator.Input git() {
    Path git = directory.resolve("shop-%d.git".formatted(++repositories));
    try (Origin origin = new Origin(git)) {
      return new Generator.Input(
          CLUSTERS, trees(origin.commit(new TreeMap<>(files)), git), SearchBudget.ofFleet());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static GeneratorTrees trees(CommitId commit, Path git) {
    LocalRepository repository = LocalRepository.open(git);
    return _ -> new GeneratorTrees.Answer.At(commit, repository.tree(commit));
  }

  private static ObjectNode node(String json) {
    try {
      return (ObjectNode) Json.mapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
