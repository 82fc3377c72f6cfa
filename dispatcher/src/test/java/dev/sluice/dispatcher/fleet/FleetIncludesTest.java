package dev.sluice.dispatcher.fleet;

import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.Project;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.inputs.git.LocalRepository;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.inputs.git.Origin;
import dev.sluice.inputs.git.Origin.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Documents that a FleetInclude brings into a fleet, and what its project refuses. */
class FleetIncludesTest {

  @TempDir private Path temporary;
  private final Map<String, Content> files = new TreeMap<>();
  private Path fleet;
  private Origin origin;

  @BeforeEach
  void aFleetWithAnInclude() throws IOException {
    fleet = Files.createDirectories(temporary.resolve("fleet"));
    origin = new Origin(temporary.resolve("deploy.git"));
    document(
        "base",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: deploy}
        spec: {url: "https://forge.example/team-a/deploy.git"}
        ---
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: secret}
        spec: {url: "https://forge.example/platform/secret.git", credentials: "env:PLATFORM_TOKEN"}
        ---
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: staging, labels: {env: staging}}
        ---
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: production, labels: {env: production}}
        ---
        apiVersion: sluice.dev/v1
        kind: Project
        metadata: {name: team-a}
        spec: {repositories: ["forge.example/team-a/*"], clusters: [staging], namespaces: ["a-*"]}
        ---
        apiVersion: sluice.dev/v1
        kind: Project
        metadata: {name: platform}
        spec: {repositories: ["*"], clusters: ["*"], namespaces: ["*"]}
        """);
    include("team-a", "fleet");
    included("fleet/web.yaml", application("web", "deploy", "staging", "a-web", ""));
  }

  @AfterEach
  void close() {
    origin.close();
  }

  @Test
  void theApplicationsOfTheDirectoryAreInTheProject() throws IOException {
    files.put("other/db.yaml", Content.file(application("db", "deploy", "staging", "a-db", "")));

    FleetReading reading = read();

    assertThat(problems(reading)).isEmpty();
    assertThat(reading.definitions())
        .singleElement()
        .satisfies(
            web -> {
              assertThat(web.application()).hasToString("web");
              assertThat(web.includedBy()).contains("team-a");
              assertThat(web.spec().project().map(Project::name)).contains("team-a");
            });
    assertThat(reading.documents().applications().get(new ApplicationName("web")).origin())
        .isInstanceOfSatisfying(
            DocumentOrigin.Committed.class,
            one -> {
              assertThat(one.file()).isEqualTo("fleet/web.yaml");
              assertThat(one.repository()).hasToString("Optional[forge.example/team-a/deploy]");
            });
  }

  @Test
  void theWindowsOfTheProjectHold() throws IOException {
    document(
        "frozen",
        """
        apiVersion: sluice.dev/v1
        kind: Project
        metadata: {name: frozen}
        spec:
          repositories: ["*"]
          clusters: [staging]
          namespaces: ["*"]
          windows: [{kind: deny, schedule: "0 0 * * *", duration: 24h, timeZone: UTC}]
        """);
    document(
        "include", includeText("team-a", "fleet").replace("project: team-a", "project: frozen"));

    assertThat(read().definitions())
        .singleElement()
        .satisfies(
            web ->
                assertThat(web.sendingRules().all())
                    .singleElement()
                    .satisfies(window -> assertThat(window.project()).contains("frozen")));
  }

  @Test
  void setsOfTheDirectorySeeOnlyTheClustersOfTheProject() throws IOException {
    included(
        "fleet/set.yaml",
        set(
            "{matrix: {generators: [{directories: {repository: deploy, include: [\"apps/*\"]}},"
                + " {clusters: {selector: {matchLabels: {}}}}]}}",
            "\"${path.basename}-${cluster.name}\"",
            "[\"${cluster.name}\"]",
            ""));
    files.put("apps/one/config.yaml", Content.file("x"));

    FleetReading reading = read();

    assertThat(problems(reading)).isEmpty();
    assertThat(lines(reading))
        .containsExactly("one-staging in [staging] by team-a/all", "web in [staging] by -");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "other project | spec: {project: platform, source: {repository: deploy},"
            + " clusters: {names: [staging]}, namespace: a-bad}"
            + " | spec.project | outside-project",
        "default project | spec: {project: default, source: {repository: deploy},"
            + " clusters: {names: [staging]}, namespace: a-bad}"
            + " | spec.project | outside-project",
        "cluster outside | spec: {source: {repository: deploy},"
            + " clusters: {names: [production]}, namespace: a-bad}"
            + " | spec.clusters | outside-project",
        "selected cluster outside | spec: {source: {repository: deploy},"
            + " clusters: {selector: {matchLabels: {}}}, namespace: a-bad}"
            + " | spec.clusters | outside-project",
        "namespace outside | spec: {source: {repository: deploy},"
            + " clusters: {names: [staging]}, namespace: kube-system}"
            + " | spec.namespace | outside-project",
        "repository outside | spec: {source: {repository: secret},"
            + " clusters: {names: [staging]}, namespace: a-bad}"
            + " | spec.source.repository | outside-project",
        "second repository outside | spec: {sources: [{repository: deploy}, {repository: secret}],"
            + " clusters: {names: [staging]}, namespace: a-bad}"
            + " | spec.sources[1].repository | outside-project",
        "remote base outside | spec: {source: {repository: deploy}, clusters: {names: [staging]},"
            + " namespace: a-bad, policy: {remote: {bases: [secret]}}} | spec.policy.remote.bases |"
            + " outside-project",
        "account outside | spec: {source: {repository: deploy}, clusters: {names: [staging]},"
            + " namespace: a-bad, policy: {serviceAccount: kube-system/admin}}"
            + " | spec.policy.serviceAccount | outside-project",
        "credentials | spec: {source: {repository: deploy}, clusters: {names: [staging]},"
            + " namespace: a-bad, policy: {remote: {charts: [{url:"
            + " 'https://forge.example/team-a/charts', credentials: 'env:PLATFORM_TOKEN'}]}}} |"
            + " spec.policy.remote.charts[0].credentials | outside-project",
        "path outside | spec: {source: {repository: deploy, path: ../x},"
            + " clusters: {names: [staging]}, namespace: a-bad}"
            + " | spec.source.path | invalid-value",
      })
  void anApplicationThatReachesOutsideIsRefused(
      String attempt, String spec, String field, String rule) throws IOException {
    included(
        "fleet/bad.yaml",
        "apiVersion: sluice.dev/v1\nkind: Application\nmetadata: {name: bad}\n" + spec);

    FleetReading reading = read();

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.sets().problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.toString())
                  .as(attempt)
                  .startsWith("deploy//fleet/bad.yaml:4:")
                  .contains(field + ":");
              assertThat(problem.rule().id()).isEqualTo(rule);
              assertThat(problem.isIncluded()).isTrue();
            });
    assertThat(names(reading)).containsExactly("web");
    assertThat(kept(reading, "bad", "team-a")).isTrue();
    assertThat(kept(reading, "gone", "team-a")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Cluster | {}",
        "Project | {repositories: [\"*\"], clusters: [\"*\"], namespaces: [\"*\"]}",
        "Repository | {url: \"https://forge.example/x/y.git\"}",
        "FleetInclude | {repository: deploy, project: platform}",
        "Deployment | {}",
      })
  void otherKindsAreRefusedAndUntilThenNothingIsRemoved(String kind, String spec)
      throws IOException {
    included(
        "fleet/bad.yaml",
        "apiVersion: sluice.dev/v1\nkind: %s\nmetadata: {name: team-a}\nspec: %s\n"
            .formatted(kind, spec));

    FleetReading reading = read();

    assertThat(reading.problems()).isEmpty();
    assertThat(problems(reading))
        .singleElement()
        .asString()
        .startsWith("deploy//fleet/bad.yaml:2:")
        .contains("must be Application or ApplicationSet", kind);
    assertThat(names(reading)).containsExactly("web");
    assertThat(reading.clusters()).hasSize(2);
    assertThat(reading.projects()).hasSize(2);
    assertThat(reading.repositories()).hasSize(2);
    assertThat(kept(reading, "gone", "team-a")).isTrue();
    assertThat(kept(reading, "gone", "team-b")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{directories: {repository: secret, include: [\"*\"]}}",
        "{files: {repository: secret, include: [\"*\"]}}",
        "{matrix: {generators: [{clusters: {selector: {matchLabels: {}}}},"
            + " {directories: {repository: secret, include: [\"*\"]}}]}}",
      })
  void generatorsReadOnlyTheRepositoriesOfTheProject(String generator) throws IOException {
    included("fleet/set.yaml", set(generator, "\"${path.basename}\"", "[staging]", ""));

    FleetReading reading = read();

    assertThat(problems(reading))
        .singleElement()
        .asString()
        .startsWith("deploy//fleet/set.yaml:5:")
        .contains("spec.generators: the project team-a does not allow the repository");
    assertThat(reading.sets().sources()).hasSize(1);
    assertThat(names(reading)).containsExactly("web");
  }

  @Test
  void aGeneratedApplicationThatReachesOutsideIsRefused() throws IOException {
    included(
        "fleet/set.yaml",
        set(
            "{list: {elements: [{name: one, to: staging, in: team-a}, {name: two, to: production,"
                + " in: team-a}, {name: three, to: staging, in: platform}]}}",
            "\"${name}\"",
            "[\"${to}\"]",
            "project: \"${in}\""));

    FleetReading reading = read();

    assertThat(reading.problems()).isEmpty();
    assertThat(names(reading)).containsExactly("one", "web");
    assertThat(problems(reading))
        .hasSize(2)
        .anySatisfy(one -> assertThat(one).contains("set.yaml:", "the cluster production"))
        .anySatisfy(one -> assertThat(one).contains("set.yaml:", "must be team-a"));
  }

  @Test
  void theFleetsOwnApplicationOfTheNameStands() throws IOException {
    document("web", application("web", "secret", "production", "web", ""));
    document(
        "generated",
        set("{list: {elements: [{name: db}]}}", "\"${name}\"", "[production]", "")
            .replace("name: all", "name: own"));
    included("fleet/db.yaml", application("db", "deploy", "staging", "a-db", ""));
    included(
        "fleet/set.yaml",
        set("{list: {elements: [{name: web}, {name: ok}]}}", "\"${name}\"", "[staging]", ""));

    FleetReading reading = read();

    assertThat(reading.problems()).isEmpty();
    assertThat(lines(reading))
        .containsExactly(
            "db in [production] by own",
            "ok in [staging] by team-a/all",
            "web in [production] by -");
    assertThat(problems(reading))
        .hasSize(3)
        .anySatisfy(
            one ->
                assertThat(one)
                    .startsWith("deploy//fleet/web.yaml:3:")
                    .contains("defined by the Application in web.yaml:3, which stands"))
        .anySatisfy(
            one ->
                assertThat(one)
                    .startsWith("deploy//fleet/db.yaml:3:")
                    .contains("ApplicationSet 'own' of the fleet"))
        .anySatisfy(one -> assertThat(one).startsWith("deploy//fleet/set.yaml:"));
  }

  @Test
  void ofTwoIncludesTheOneThatHadTheNameFirstKeepsIt() throws IOException {
    include("team-b", "other");
    included("other/web.yaml", application("web", "deploy", "staging", "a-other", ""));

    FleetReading neither = read();
    assertThat(names(neither)).isEmpty();
    assertThat(problems(neither))
        .anySatisfy(one -> assertThat(one).contains("fleet/web.yaml:3:", "FleetInclude 'team-b'"))
        .anySatisfy(one -> assertThat(one).contains("other/web.yaml:3:", "FleetInclude 'team-a'"));

    FleetReading reading = read(Map.of(new ApplicationName("web"), "team-b"));
    assertThat(reading.definitions())
        .singleElement()
        .satisfies(web -> assertThat(web.includedBy()).contains("team-b"));
    assertThat(problems(reading))
        .singleElement()
        .asString()
        .contains("fleet/web.yaml:3:", "FleetInclude 'team-b'", "had it first");
  }

  @Test
  void anIncludeTakesOverNoApplicationOfAnotherThatIsNotRead() throws IOException {
    include("team-b", "missing");
    FleetReading reading = read();

    Definition web = reading.definitions().getFirst();
    Map<ApplicationName, Definition> ofOther = Map.of(web.application(), web.includedBy("team-b"));

    assertThat(reading.takenOver(ofOther)).containsExactly(web);
    assertThat(reading.takenOver(Map.of(web.application(), web.includedBy("gone")))).isEmpty();
  }

  @Test
  void whatCannotBeReadRemovesNothing() throws IOException {
    included("fleet/bad.yaml", "kind: [\n");
    assertThat(problems(read()))
        .singleElement()
        .asString()
        .startsWith("deploy//fleet/bad.yaml:")
        .contains("is not valid YAML");
    assertThat(kept(read(), "gone", "team-a")).isTrue();
    assertThat(names(read())).containsExactly("web");

    files.clear();
    included("elsewhere/web.yaml", "x");
    assertThat(problems(read()).getFirst())
        .startsWith("deploy//fleet: cannot be listed: commit ")
        .endsWith("has no directory 'fleet'");
    assertThat(kept(read(), "web", "team-a")).isTrue();

    included("fleet/readme.md", "x");
    assertThat(problems(read()).getFirst()).startsWith("deploy//fleet: holds no documents");
    assertThat(kept(read(), "web", "team-a")).isTrue();
    document("include", includeText("team-a", "fleet") + "  policy: {allowEmpty: true}\n");
    assertThat(problems(read())).isEmpty();
    assertThat(kept(read(), "web", "team-a")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"fleet", "fleet/sub"})
  void linksAreNotFollowed(String path) throws IOException {
    include("team-a", path);
    files.clear();
    files.put("fleet/sub/web.yaml", Content.link("../../outside.yaml"));
    included("outside.yaml", application("web", "deploy", "staging", "a-web", ""));

    FleetReading reading = read();

    assertThat(reading.definitions()).isEmpty();
    assertThat(problems(reading))
        .singleElement()
        .asString()
        .startsWith("deploy//fleet/sub/web.yaml: is a symbolic link");
  }

  @ParameterizedTest
  @CsvSource({"linked", "linked/fleet"})
  void aLinkedDirectoryIsNoDirectory(String path) throws IOException {
    include("team-a", path);
    files.put("linked", Content.link("."));

    FleetReading reading = read();

    assertThat(reading.definitions()).isEmpty();
    assertThat(problems(reading)).singleElement().asString().contains("no directory", path);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{repository: deploy, path: ../x, project: team-a} | spec.path",
        "{repository: none, project: team-a} | spec.repository",
        "{repository: deploy, project: none} | spec.project",
        "{repository: deploy, project: default} | spec.project",
        "{repository: deploy} | spec",
        "{repository: deploy, project: team-a, policy: {maxRemoved: x}} | spec.policy.maxRemoved",
      })
  void aWrongIncludeIsAProblemOfTheFleet(String spec, String field) throws IOException {
    document(
        "include",
        "apiVersion: sluice.dev/v1\nkind: FleetInclude\nmetadata: {name: team-a}\nspec: " + spec);

    FleetReading reading = read();

    assertThat(reading.problems())
        .singleElement()
        .satisfies(one -> assertThat(one.toString()).startsWith("include.yaml:4").contains(field));
    assertThat(kept(reading, "web", "team-a")).isTrue();
  }

  @Test
  void aRepositoryThatIsNotReadKeepsTheApplications() throws IOException {
    assertKept(_ -> new GeneratorTrees.Answer.NotGiven(), "is not given");
    assertKept(_ -> new GeneratorTrees.Answer.Unavailable("no answer"), "no answer");
    assertKept(
        _ -> {
          throw new MirrorException("the mirror of deploy is broken", new IOException("bit"));
        },
        "is broken");
    FleetReading pending = FleetLoader.read(fleet, _ -> new GeneratorTrees.Answer.Pending());
    assertThat(pending.sets().isPending()).isTrue();
    assertThat(kept(pending, "web", "team-a")).isTrue();
  }

  private void assertKept(GeneratorTrees trees, String reason) {
    FleetReading reading = FleetLoader.read(fleet, trees);
    assertThat(reading.problems()).isEmpty();
    assertThat(reading.sets().problems()).isEmpty();
    assertThat(reading.sets().unread())
        .singleElement()
        .asString()
        .startsWith("FleetInclude 'team-a' keeps its applications: ")
        .contains(reason);
    assertThat(kept(reading, "web", "team-a")).isTrue();
  }

  @Test
  void aTeamCannotStopAnApplicationOfTheFleetByACircle() throws IOException {
    document(
        "own", application("own", "deploy", "staging", "own", "dependsOn: [{application: web}]"));
    included(
        "fleet/web.yaml",
        application("web", "deploy", "staging", "a-web", "dependsOn: [{application: own}]"));

    FleetReading reading = read();

    assertThat(names(reading)).containsExactly("own");
    assertThat(reading.problems()).isEmpty();
    assertThat(problems(reading))
        .singleElement()
        .asString()
        .startsWith("deploy//fleet/web.yaml:")
        .contains("would wait for itself");
    assertThat(kept(reading, "web", "team-a")).isTrue();
  }

  @Test
  void aCircleThroughATeamsApplicationHidesNoneOfTheFleet() throws IOException {
    document(
        "a",
        application(
            "a", "deploy", "staging", "own", "dependsOn: [{application: i}, {application: b}]"));
    document("b", application("b", "deploy", "staging", "own", "dependsOn: [{application: c}]"));
    document("c", application("c", "deploy", "staging", "own", "dependsOn: [{application: a}]"));
    included(
        "fleet/i.yaml",
        application("i", "deploy", "staging", "a-i", "dependsOn: [{application: c}]"));

    FleetReading reading = read();

    assertThat(names(reading)).containsExactly("web");
    assertThat(problems(reading)).singleElement().asString().startsWith("deploy//fleet/i.yaml:");
    assertThat(reading.problems())
        .singleElement()
        .asString()
        .contains("would wait for itself", "a (", "b (", "c (");
  }

  @Test
  void tooManyDocumentsAreRefused() throws IOException {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 1_001; i++) {
      all.append("---\n").append(application("app-" + i, "deploy", "staging", "a-x", ""));
    }
    included("fleet/many.yaml", all.toString());

    FleetReading reading = read();

    assertThat(reading.definitions()).isEmpty();
    assertThat(problems(reading))
        .containsExactly("deploy//fleet: has 1002 documents, and 1000 are allowed");
    assertThat(kept(reading, "web", "team-a")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"21, 1, has more than the 20 generators", "7, 3, has more than the 20 generators"})
  void tooManyGeneratorsAreRefused(int count, int nested, String problem) throws IOException {
    String list = "{list: {elements: [{name: x}]}}";
    String one =
        nested == 1
            ? list
            : "{matrix: {generators: [%s]}}".formatted(String.join(", ", nCopies(nested, list)));
    included(
        "fleet/set.yaml",
        set(String.join(", ", nCopies(count, one)), "\"${name}\"", "[staging]", ""));

    FleetReading reading = read();

    assertThat(problems(reading)).first().asString().contains("set.yaml:", problem);
    assertThat(names(reading)).containsExactly("web");
    assertThat(reading.sets().kept()).containsExactly("team-a/all");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "sources | {repository: deploy} | spec.sources: has 101 sources, and 100 are allowed",
        "bases | deploy | spec.policy.remote.bases: has 101 entries, and 100 are allowed",
        "charts | {url: 'https://forge.example/team-a/charts'}"
            + " | spec.policy.remote.charts: has 101 entries, and 100 are allowed",
        "ignoreDifferences | {kind: Pod, jsonPointers: [/spec]}"
            + " | spec.policy.ignoreDifferences: has 101 rules, and 100 are allowed",
      })
  void tooManyEntriesOfAnApplicationAreRefused(String list, String entry, String problem)
      throws IOException {
    String all = "%s: [%s]".formatted(list, String.join(", ", nCopies(101, entry)));
    String spec =
        switch (list) {
          case "sources" -> all;
          case "ignoreDifferences" -> "source: {repository: deploy}, policy: {%s}".formatted(all);
          default -> "source: {repository: deploy}, policy: {remote: {%s}}".formatted(all);
        };
    included(
        "fleet/many.yaml",
        "apiVersion: sluice.dev/v1\nkind: Application\nmetadata: {name: many}\nspec: {%s, %s}\n"
            .formatted(spec, "clusters: {names: [staging]}, namespace: a-many"));

    FleetReading reading = read();

    assertThat(problems(reading)).singleElement().asString().contains("many.yaml:4", problem);
    assertThat(names(reading)).containsExactly("web");
  }

  @Test
  void anApplicationThatNoRecordCanHoldIsRefused() throws IOException {
    String values = "source: {repository: deploy, path: apps, helm: {values: {a: %s}}}";
    included(
        "fleet/large.yaml",
        application("large", "deploy", "staging", "a-large", "")
            .replace(
                "source: {repository: deploy, path: apps}",
                values.formatted("x".repeat(1_100_000))));
    included(
        "fleet/small.yaml",
        application("small", "deploy", "staging", "a-small", "")
            .replace(
                "source: {repository: deploy, path: apps}",
                values.formatted("x".repeat(1_000_000))));

    FleetReading reading = read();

    assertThat(problems(reading))
        .singleElement()
        .asString()
        .contains("large.yaml:", "spec: makes a definition of 1100", "1048576 are allowed");
    assertThat(names(reading)).containsExactly("small", "web");
    assertThat(kept(reading, "large", "team-a")).isTrue();
  }

  @Test
  void anApplicationThatKeepsItsDefinitionIsInTheProjectOfTodaysInclude() throws IOException {
    Definition before = read().definitions().getFirst();
    document(
        "narrow",
        """
        apiVersion: sluice.dev/v1
        kind: Project
        metadata: {name: narrow}
        spec: {repositories: [none], clusters: [none], namespaces: [none]}
        """);
    document(
        "include", includeText("team-a", "fleet").replace("project: team-a", "project: narrow"));

    FleetReading reading = read();

    assertThat(names(reading)).isEmpty();
    assertThat(new ProjectBounds(Map.of(before.application(), before), reading).definitions())
        .singleElement()
        .satisfies(
            web -> {
              Project project = web.spec().project().orElseThrow();
              assertThat(project.name()).isEqualTo("narrow");
              assertThat(project.objectionTo(new ClusterName("staging"))).isPresent();
            });
  }

  @Test
  void documentsThatAreNestedTooDeeplyKeepTheApplications() {
    FleetReading reading =
        FleetLoader.read(
            fleet,
            _ -> {
              throw new StackOverflowError("too deep");
            });

    assertThat(reading.problems()).isEmpty();
    assertThat(problems(reading))
        .singleElement()
        .asString()
        .contains("cannot be read, and it keeps its applications", "too deep");
    assertThat(kept(reading, "web", "team-a")).isTrue();
  }

  @Test
  void generatorsEndAtTheFirstElementsThatAreTooMany() throws IOException {
    StringBuilder elements = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      elements.append("{name: a-").append(i).append("}, ");
    }
    String list = "{list: {elements: [%s]}}".formatted(elements);
    included(
        "fleet/set.yaml",
        set(
            String.join(
                ", ", list, list, "{files: {repository: deploy, ref: none, include: [x.yaml]}}"),
            "\"${name}\"",
            "[staging]",
            ""));
    CommitId commit = commit();
    List<String> asked = new ArrayList<>();

    FleetReading reading;
    try (LocalRepository local = LocalRepository.open(temporary.resolve("deploy.git"))) {
      reading =
          FleetLoader.read(
              fleet,
              source -> {
                asked.add(source.toString());
                return new GeneratorTrees.Answer.At(commit, local.tree(commit));
              });
    }

    assertThat(asked).singleElement().asString().contains("main");
    assertThat(problems(reading))
        .singleElement()
        .asString()
        .contains("has 6000 elements, and 5000 are allowed");
  }

  @Test
  void tooManyValuesOfAMatrixAreRefused() throws IOException {
    StringBuilder values = new StringBuilder("name: x");
    StringBuilder elements = new StringBuilder();
    for (int i = 0; i < 1_001; i++) {
      values.append(", v").append(i).append(": 1");
      elements.append("{n: a-").append(i).append("}, ");
    }
    included(
        "fleet/set.yaml",
        set(
            "{matrix: {generators: [{list: {elements: [{%s}]}}, {list: {elements: [%s]}}]}}"
                .formatted(values, elements),
            "\"${n}\"",
            "[staging]",
            ""));

    FleetReading reading = read();

    assertThat(problems(reading))
        .singleElement()
        .asString()
        .contains("has 1004003 values in all elements together, and 1000000 are allowed");
    assertThat(names(reading)).containsExactly("web");
  }

  @Test
  void tooManyOverridesAreRefused() throws IOException {
    included(
        "fleet/set.yaml",
        set("{list: {elements: [{name: x}]}}", "\"${name}\"", "[staging]", "")
            + "  overrides: [%s]\n"
                .formatted(
                    String.join(", ", nCopies(51, "{match: {name: x}, patch: {spec: {}}}"))));

    FleetReading reading = read();

    assertThat(problems(reading))
        .singleElement()
        .asString()
        .contains("set.yaml:", "spec.overrides: has 51 overrides, and 50 are allowed");
    assertThat(names(reading)).containsExactly("web");
  }

  private void include(String name, String path) throws IOException {
    document(name.equals("team-a") ? "include" : name, includeText(name, path));
  }

  private static String includeText(String name, String path) {
    return """
    apiVersion: sluice.dev/v1
    kind: FleetInclude
    metadata: {name: %s}
    spec:
      repository: deploy
      ref: main
      path: %s
      project: team-a
    """
        .formatted(name, path);
  }

  private static String application(
      String name, String repository, String cluster, String namespace, String more) {
    return """
    apiVersion: sluice.dev/v1
    kind: Application
    metadata: {name: %s}
    spec:
      source: {repository: %s, path: apps}
      clusters: {names: [%s]}
      namespace: %s
      %s
    """
        .formatted(name, repository, cluster, namespace, more);
  }

  private static String set(String generator, String name, String clusters, String more) {
    return """
    apiVersion: sluice.dev/v1
    kind: ApplicationSet
    metadata: {name: all}
    spec:
      generators: [%s]
      template:
        metadata: {name: %s}
        spec:
          source: {repository: deploy, path: apps}
          clusters: {names: %s}
          namespace: a-set
          %s
    """
        .formatted(generator, name, clusters, more);
  }

  private void document(String name, String text) throws IOException {
    Files.writeString(fleet.resolve(name + ".yaml"), text);
  }

  private void included(String path, String text) {
    files.put(path, Content.file(text));
  }

  private FleetReading read() throws IOException {
    return read(Map.of());
  }

  private FleetReading read(Map<ApplicationName, String> owners) throws IOException {
    CommitId commit = commit();
    try (LocalRepository local = LocalRepository.open(temporary.resolve("deploy.git"))) {
      return FleetLoader.read(
          new DirectoryInput(fleet),
          _ -> new GeneratorTrees.Answer.At(commit, local.tree(commit)),
          owners);
    }
  }

  private CommitId commit() throws IOException {
    return origin.commit(files);
  }

  /** Returns whether an application of an include stays although the reading does not have it. */
  private boolean kept(FleetReading reading, String name, String include) {
    Definition web =
        new Definition(
                new ApplicationName(name),
                List.of(origin.source("apps")),
                List.of(),
                new ApplicationSpec(name, Policy.DEFAULT),
                false)
            .includedBy(include);
    return reading.kept(Map.of(web.application(), web)).contains(web.application());
  }

  private static List<String> problems(FleetReading reading) {
    return reading.sets().problems().stream().map(FleetProblem::toString).toList();
  }

  private static List<String> names(FleetReading reading) {
    return reading.definitions().stream().map(one -> one.application().value()).toList();
  }

  private static List<String> lines(FleetReading reading) {
    return reading.definitions().stream()
        .map(
            one ->
                "%s in %s by %s"
                    .formatted(
                        one.application(),
                        one.clusters().stream().map(ClusterTarget::name).toList(),
                        one.generatedBy().orElse("-")))
        .toList();
  }
}
