package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.inputs.git.LocalRepository;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.inputs.git.Origin;
import dev.sluice.inputs.git.Origin.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications that the sets of a fleet's documents generate. */
class ApplicationSetsTest {

  private static final String DIRECTORIES =
      "{directories: {repository: shop, include: [\"apps/*\"]}}";

  @TempDir private Path temporary;
  private final Map<String, Content> files = new TreeMap<>();
  private Path fleet;
  private Origin origin;

  @BeforeEach
  void aRepositoryAndTwoClusters() throws IOException {
    fleet = Files.createDirectories(temporary.resolve("fleet"));
    origin = new Origin(temporary.resolve("shop.git"));
    document(
        "base",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: shop}
        spec: {url: "https://forge.example/acme/shop.git"}
        ---
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: staging, labels: {env: staging}}
        ---
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: production, labels: {env: production}}
        """);
    directory("web").directory("db");
  }

  @AfterEach
  void close() {
    origin.close();
  }

  @Test
  void directoriesTimesClustersGiveAnApplicationEach() throws IOException {
    set(
        """
          generators:
            - matrix:
                generators:
                  - directories: {repository: shop, include: ["apps/*"], exclude: [apps/old]}
                  - clusters: {selector: {matchLabels: {}}}
          template:
            metadata: {name: "${path.basename}-${cluster.name}"}
            spec:
              source: {repository: shop, path: "${path}"}
              clusters: {names: ["${cluster.name}"]}
              namespace: "${path.basename}"
        """);
    directory("old");

    FleetReading reading = read();

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.sets().problems()).isEmpty();
    assertThat(lines(reading))
        .containsExactly(
            "db-production: apps/db in [production] namespace db by all",
            "db-staging: apps/db in [staging] namespace db by all",
            "web-production: apps/web in [production] namespace web by all",
            "web-staging: apps/web in [staging] namespace web by all");
    assertThat(reading.sets().applications().getFirst().element())
        .startsWith("directory 'apps/db' of shop at ")
        .endsWith(" and cluster production");
    assertThat(reading.documents().applications().get(new ApplicationName("db-staging")).file())
        .isEqualTo("set.yaml");
  }

  @Test
  void overridesPatchTheElementsThatMatch() throws IOException {
    set(
        """
          generators: [{clusters: {selector: {matchLabels: {}}}}]
          template:
            metadata: {name: "web-${cluster.name}"}
            spec:
              source: {repository: shop, path: apps/web}
              clusters: {names: ["${cluster.name}"]}
              namespace: web
              policy: {prune: true}
          overrides:
            - match: {cluster.labels.env: "prod*"}
              patch: {spec: {namespace: "web-${cluster.name}", policy: {prune: false, selfHeal: false}}}
        """);

    FleetReading reading = read();

    assertThat(reading.problems()).isEmpty();
    assertThat(lines(reading))
        .containsExactly(
            "web-production: apps/web in [production] namespace web-production by all",
            "web-staging: apps/web in [staging] namespace web by all");
    assertThat(reading.definitions())
        .extracting(one -> one.spec().policy().prune())
        .containsExactly(false, true);
    assertThat(reading.sets().applications())
        .extracting(GeneratedSets.Generated::overrides)
        .containsExactly(List.of(0), List.of());
  }

  @Test
  void aPlaceholderOfTheApplicationIsEscaped() throws IOException {
    set(
        """
          generators: [{list: {elements: [{name: web}]}}]
          template:
            metadata: {name: "${name}"}
            spec:
              source: {repository: shop, path: "apps/${name}", customize: {namePrefix: "$${cluster.name}-"}}
              clusters: {selector: {matchLabels: {}}}
              namespace: web
        """);
    assertThat(read().problems()).isEmpty();
    assertThat(
            read()
                .definitions()
                .getFirst()
                .sources()
                .getFirst()
                .options()
                .customization()
                .namePrefix())
        .isEqualTo("${cluster.name}-");
  }

  @Test
  void aNameThatIsNoLabelIsRefusedAndTheSetRemovesNothing() throws IOException {
    directory("Web_1");
    set(simple(DIRECTORIES, "${path.basename}"));

    FleetReading reading = read();

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.sets().problems())
        .singleElement()
        .asString()
        .matches(
            "set\\.yaml:7:16: spec\\.template\\.metadata\\.name: 'Web_1' of directory 'apps/Web_1'"
                + " of shop at \\w+ is not a DNS label: .* \\$\\{normalize\\(NAME\\)} makes one of"
                + " a value");
    assertThat(lines(reading)).hasSize(2);
    assertThat(reading.sets().kept()).containsExactly("all");

    set(simple(DIRECTORIES, "${normalize(path.basename)}"));
    assertThat(lines(read())).hasSize(3).last().asString().startsWith("web-1: apps/Web_1");
  }

  @Test
  void twoElementsOfOneNameAreBothRefused() throws IOException {
    directory("Web");
    set(simple(DIRECTORIES, "${normalize(path.basename)}"));

    FleetReading reading = read();

    assertThat(lines(reading)).singleElement().asString().startsWith("db: ");
    assertThat(reading.invalid()).containsExactly(new ApplicationName("web"));
    assertThat(reading.sets().problems())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.message())
                    .contains(
                        "Application 'web' is defined for directory 'apps/web'",
                        "and for directory 'apps/Web' of shop",
                        "by ApplicationSet 'all'"));
  }

  @Test
  void aWrittenApplicationStandsAndTheGeneratedOneIsRefused() throws IOException {
    document(
        "web",
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: shop, path: mine}
          clusters: {names: [staging]}
          namespace: web
        """);
    set(simple(DIRECTORIES, "${path.basename}"));

    FleetReading reading = read();

    assertThat(lines(reading)).last().isEqualTo("web: mine in [staging] namespace web by -");
    assertThat(reading.invalid()).isEmpty();
    assertThat(reading.sets().problems())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.message()).endsWith("and by the Application in web.yaml:3"));
  }

  @Test
  void theSameProblemOfManyIsReportedOnceAtItsPlace() throws IOException {
    set(
        """
          generators: [{clusters: {selector: {matchLabels: {}}}}]
          template:
            metadata: {name: "web-${cluster.name}"}
            spec:
              source: {repository: shop, pth: apps/web}
              clusters: {names: ["${cluster.name}"]}
              namespace: web
          overrides:
            - match: {cluster.name: staging}
              patch: {spec: {namespace: "A B"}}
        """);

    assertThat(read().problems())
        .extracting(FleetProblem::toString)
        .containsExactlyInAnyOrder(
            "set.yaml:9:34: spec.template.spec.source.pth: is not known here; known: repository,"
                + " ref, version, path, type, alias, plain, helm, customize (application"
                + " web-production, and 1 more)",
            "set.yaml:14:22: spec.overrides[0].patch.spec.namespace: must be a DNS label:"
                + " lower-case letters, digits and '-', at most 63 (application web-staging)");
  }

  @Test
  void aSetThatGeneratesNothingIsAProblemUnlessItMay() throws IOException {
    files.clear();
    files.put("README.md", Content.file("x"));
    set(simple(DIRECTORIES, "${path.basename}"));
    assertThat(read().sets().problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo("spec.generators");
              assertThat(problem.message())
                  .contains("generate no application", "policy.allowEmpty");
            });
    assertThat(read().sets().kept()).containsExactly("all");

    set(simple(DIRECTORIES, "${path.basename}") + "  policy: {allowEmpty: true}\n");
    assertThat(read().sets().problems()).isEmpty();
    assertThat(read().sets().kept()).isEmpty();
  }

  @Test
  void aRepositoryThatIsNotGivenKeepsTheSet() throws IOException {
    set(simple(DIRECTORIES, "${path.basename}"));
    FleetReading reading = FleetLoader.read(fleet);
    assertThat(reading.problems()).isEmpty();
    assertThat(reading.sets().unread())
        .containsExactly(
            "ApplicationSet 'all' keeps its applications: forge.example/acme/shop at main is not"
                + " given");
    assertThat(reading.sets().kept()).containsExactly("all");
    assertThat(reading.complete()).isTrue();
  }

  @Test
  void anApplicationMayDependOnAGeneratedOneAlsoWhileItsRepositoryIsUnread() throws IOException {
    application("front", "dependsOn: [{application: web}]");
    set(simple(DIRECTORIES, "${path.basename}"));
    assertThat(FleetLoader.read(fleet).problems()).isEmpty();
    assertThat(read().problems()).isEmpty();
    assertThat(read().invalid()).isEmpty();
  }

  @Test
  void aPushThatBreaksADependencyConcernsWhatDependsOnItOnly() throws IOException {
    application("front", "dependsOn: [{application: web}]");
    set(simple(DIRECTORIES, "${path.basename}"));
    files.remove("apps/web/config.yaml");

    FleetReading reading = read();

    assertThat(reading.problems()).as("problems of documents").isEmpty();
    assertThat(reading.invalid()).containsExactly(new ApplicationName("front"));
    assertThat(reading.sets().problems())
        .singleElement()
        .asString()
        .startsWith("front.yaml:")
        .contains("spec.dependsOn[0].application", "no Application named 'web'");
  }

  @Test
  void aDependencyOnAGeneratedApplicationThatIsNotInTheClusterConcernsItsApplication()
      throws IOException {
    application("front", "dependsOn: [{application: web}]");
    set(
        simple(DIRECTORIES, "${path.basename}")
            .replace("clusters: {selector: {matchLabels: {}}}", "clusters: {names: [production]}"));

    FleetReading reading = read();

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.sets().problems())
        .singleElement()
        .asString()
        .contains("application 'web' does not go to [staging]");
  }

  @Test
  void aCycleThroughAGeneratedApplicationConcernsItsApplications() throws IOException {
    application("front", "dependsOn: [{application: web}]");
    files.remove("apps/db/config.yaml");
    set(
        simple(DIRECTORIES, "${path.basename}")
                .replace("clusters: {selector: {matchLabels: {}}}", "clusters: {names: [staging]}")
            + "      dependsOn: [{application: front}]\n");

    FleetReading reading = read();

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.invalid())
        .containsExactlyInAnyOrder(new ApplicationName("front"), new ApplicationName("web"));
    assertThat(reading.sets().problems())
        .singleElement()
        .asString()
        .startsWith("front.yaml:")
        .contains("would wait for itself");
  }

  @Test
  void withoutSetsThatReadRepositoriesABrokenDependencyIsAProblemOfItsDocument()
      throws IOException {
    application("front", "dependsOn: [{application: web}]");
    set(simple("{list: {elements: [{path: db}]}}", "${path}"));

    assertThat(read().problems())
        .extracting(FleetProblem::field)
        .containsExactly("spec.dependsOn[0].application");
  }

  @Test
  void aBrokenMirrorKeepsTheSetsThatReadItOnly() throws IOException {
    set(simple(DIRECTORIES, "${path.basename}"));
    otherSet();

    FleetReading reading =
        FleetLoader.read(
            fleet,
            _ -> {
              throw new MirrorException("the mirror of shop is broken", new IOException("bit"));
            });

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.sets().problems()).isEmpty();
    assertThat(reading.sets().kept()).containsExactly("all");
    assertThat(reading.sets().unread())
        .containsExactly(
            "ApplicationSet 'all' keeps its applications: the mirror of shop is broken");
    assertThat(reading.sets().broken().values()).containsExactly("the mirror of shop is broken");
    assertThat(lines(reading)).hasSize(1).first().asString().startsWith("listed: ");
  }

  @Test
  void anUnexpectedFailureOfASetIsItsProblemOnly() throws IOException {
    set(simple(DIRECTORIES, "${path.basename}"));
    otherSet();

    FleetReading reading =
        FleetLoader.read(
            fleet,
            _ -> {
              throw new IllegalStateException("a test's fault");
            });

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.sets().kept()).containsExactly("all");
    assertThat(reading.sets().problems())
        .singleElement()
        .asString()
        .contains("spec.generators", "a test's fault");
    assertThat(lines(reading)).hasSize(1);
  }

  @Test
  void valuesThatAreNestedTooDeeplyAreTheProblemOfTheirSetOnly() throws IOException {
    set(simple(DIRECTORIES, "${path.basename}"));
    otherSet();

    FleetReading reading =
        FleetLoader.read(
            fleet,
            _ -> {
              throw new StackOverflowError("too deep");
            });

    assertThat(reading.sets().kept()).containsExactly("all");
    assertThat(reading.sets().problems()).singleElement().asString().contains("too deep");
    assertThat(lines(reading)).hasSize(1);
  }

  private void otherSet() throws IOException {
    document(
        "other",
        "apiVersion: sluice.dev/v1\nkind: ApplicationSet\nmetadata: {name: other}\nspec:\n"
            + simple("{list: {elements: [{path: listed}]}}", "${path}"));
  }

  private void application(String name, String more) throws IOException {
    document(
        name,
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: %s}
        spec:
          source: {repository: shop, path: front}
          clusters: {names: [staging]}
          namespace: web
          %s
        """
            .formatted(name, more));
  }

  @Test
  void applicationsOfAKeptSetKeepTheirDefinitions() throws IOException {
    set(simple(DIRECTORIES, "${path.basename}"));
    Definition web = read().definitions().getLast();
    files.put("apps/Bad_Name/x", Content.file("x"));
    files.remove("apps/web/config.yaml");

    FleetReading reading = read();

    assertThat(lines(reading)).hasSize(1);
    assertThat(reading.kept(Map.of(web.application(), web))).contains(web.application());
  }

  private static String simple(String generator, String name) {
    return """
      generators: [%s]
      template:
        metadata: {name: "%s"}
        spec:
          source: {repository: shop, path: "${path}"}
          clusters: {selector: {matchLabels: {}}}
          namespace: shop
    """
        .formatted(generator, name);
  }

  private void set(String spec) throws IOException {
    document(
        "set",
        "apiVersion: sluice.dev/v1\nkind: ApplicationSet\nmetadata: {name: all}\nspec:\n" + spec);
  }

  private void document(String name, String text) throws IOException {
    Files.writeString(fleet.resolve(name + ".yaml"), text);
  }

  private ApplicationSetsTest directory(String name) {
    files.put("apps/" + name + "/config.yaml", Content.file("x"));
    return this;
  }

  /** Reads the fleet with the files of the repository. */
  private FleetReading read() throws IOException {
    CommitId commit = commit();
    try (LocalRepository local = LocalRepository.open(temporary.resolve("shop.git"))) {
      return FleetLoader.read(fleet, _ -> new GeneratorTrees.Answer.At(commit, local.tree(commit)));
    }
  }

  private CommitId commit() throws IOException {
    return origin.commit(files);
  }

  private static List<String> lines(FleetReading reading) {
    return reading.definitions().stream()
        .map(
            one ->
                "%s: %s in %s namespace %s by %s"
                    .formatted(
                        one.application(),
                        one.sources().getFirst().path(),
                        one.clusters().stream().map(ClusterTarget::name).toList(),
                        one.spec().namespace(),
                        one.generatedBy().or(() -> Optional.of("-")).orElseThrow()))
        .toList();
  }
}
