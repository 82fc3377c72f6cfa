package dev.sluice.standalone.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.ChartHost;
import dev.sluice.standalone.cli.CommandLineInterface;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice render} with a real repository. */
@Tag("locale")
class RenderCommandIT {

  private static final String FLEET =
      """
      apiVersion: sluice.dev/v1
      kind: Repository
      metadata: {name: shop}
      spec: {url: "https://forge.example/team/shop.git"}
      ---
      apiVersion: sluice.dev/v1
      kind: Cluster
      metadata: {name: eu, labels: {env: production}}
      ---
      apiVersion: sluice.dev/v1
      kind: Cluster
      metadata: {name: us, labels: {env: staging}}
      ---
      apiVersion: sluice.dev/v1
      kind: Application
      metadata: {name: web}
      spec:
        namespace: web
        clusters: {names: [eu]}
        sources:
        - repository: shop
          path: chart
          helm: {valuesFiles: ["$values/${cluster.labels.env}.yaml"], set: {cluster: "${cluster.name}"}}
        - {repository: shop, path: values, type: values, alias: values}
      ---
      apiVersion: sluice.dev/v1
      kind: Application
      metadata: {name: plain}
      spec:
        namespace: web
        clusters: {names: [eu]}
        source: {repository: shop, path: plain}
      ---
      apiVersion: sluice.dev/v1
      kind: ApplicationSet
      metadata: {name: all}
      spec:
        generators:
        - matrix:
            generators:
            - directories: {repository: shop, include: [plain, "va*"]}
            - clusters: {selector: {matchLabels: {}}}
        template:
          metadata: {name: "${path}-${cluster.name}"}
          spec:
            source: {repository: shop, path: "${path}"}
            clusters: {names: ["${cluster.name}"]}
            namespace: "${path}"
        overrides:
        - match: {cluster.name: us}
          patch: {spec: {namespace: us}}
      """;

  @TempDir Path directory;
  private final PrintStream stdout = System.out;
  private final PrintStream stderr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void commitTwice() throws Exception {
    Files.createDirectories(directory.resolve("fleet"));
    Files.writeString(directory.resolve("fleet/fleet.yaml"), FLEET);
    try (Git git = Git.init().setDirectory(directory.resolve("shop").toFile()).call()) {
      write("chart/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}");
      write(
          "chart/templates/a.yaml",
          """
          apiVersion: v1
          kind: ConfigMap
          metadata: {name: "{{ .Release.Name }}-{{ .Values.cluster }}"}
          data:
            size: {{ .Values.size | quote }}
            version: {{ .Capabilities.KubeVersion.Version }}
          """);
      write("values/production.yaml", "size: small");
      write(
          "plain/a.yaml",
          """
          apiVersion: v1
          kind: ConfigMap
          metadata: {name: a}
          data: {yes: "yes", octal: "010", empty: "", text: "a: b\\n# c\\n", time: "12:30:45"}
          ---
          apiVersion: rbac.authorization.k8s.io/v1
          kind: ClusterRole
          metadata: {name: reader}
          ---
          apiVersion: example.com/v1
          kind: Widget
          metadata: {name: w}
          spec: {count: 12345678901234567890, ratio: 1.5, on: null}
          """);
      commit(git);
      write("values/production.yaml", "size: large");
      commit(git);
    }
  }

  @AfterEach
  void restoreStreams() {
    System.setOut(stdout);
    System.setErr(stderr);
  }

  @Test
  void rendersAPublishedChartWithValuesOfTheCheckout() throws Exception {
    try (ChartHost charts = ChartHost.start()) {
      charts.publish(
          "1.2.3",
          Map.of(
              "templates/map.yaml",
              "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {size: '{{ .Values.size"
                  + " }}'}}"));
      Files.writeString(
          directory.resolve("fleet/cache.yaml"),
          """
          apiVersion: sluice.dev/v1
          kind: Repository
          metadata: {name: cache}
          spec: {url: "%s", chart: cache}
          ---
          apiVersion: sluice.dev/v1
          kind: Application
          metadata: {name: cache}
          spec:
            namespace: web
            clusters: {names: [eu]}
            sources:
            - repository: cache
              version: 1.2.3
              helm: {valuesFiles: ["$values/${cluster.labels.env}.yaml"]}
            - {repository: shop, path: values, type: values, alias: values}
          """
              .formatted(charts.repository()));
      String cache = directory.resolve("cache").toString();

      assertThat(render("cache", "--cluster", "eu", "--cache", cache)).isZero();
      assertThat(out.toString(StandardCharsets.UTF_8)).contains("size: \"large\"");

      Files.writeString(
          directory.resolve("fleet/cache.yaml"),
          Files.readString(directory.resolve("fleet/cache.yaml")).replace("1.2.3", "1.2.4"));
      assertThat(render("cache", "--cluster", "eu", "--cache", cache)).isEqualTo(1);
      assertThat(errors()).contains("VersionMissing", "which has: 1.2.3");
    }
  }

  @Test
  void rendersAChartWithTheClustersValues() throws Exception {
    assertThat(render("web", "--cluster", "eu", "--kube-version", "v1.30.1")).isZero();

    Manifest map = objects().getFirst();
    assertThat(map.ref().name()).isEqualTo("web-eu");
    assertThat(map.ref().namespace()).isEqualTo("web");
    assertThat(map.content().at("/data/size").asText()).isEqualTo("large");
    assertThat(map.content().at("/data/version").asText()).isEqualTo("v1.30.1");
    assertThat(errors()).contains("1 objects by helm");
  }

  @Test
  void aSetIsPreviewedWithItsApplications() throws Exception {
    assertThat(render("--set", "all")).isZero();

    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .hasSize(4)
        .first()
        .asString()
        .matches(
            "plain-eu: clusters eu, namespace plain, from forge\\.example/team/shop plain@main"
                + " \\(directory 'plain' of shop at \\w+ and cluster eu\\)");
    assertThat(errors()).contains("ApplicationSet 'all' generates 4 applications");

    out.reset();
    assertThat(render("--set", "all", "--output", "json")).isZero();
    JsonNode preview = Json.mapper().readTree(out.toString(StandardCharsets.UTF_8));
    assertThat(preview.at("/complete").booleanValue()).isTrue();
    assertThat(preview.at("/applications/1/name").textValue()).isEqualTo("plain-us");
    assertThat(preview.at("/applications/1/namespace").textValue()).isEqualTo("us");
    assertThat(preview.at("/applications/1/overrides/0").intValue()).isZero();
    assertThat(preview.at("/applications/1/sources/0/path").textValue()).isEqualTo("plain");
  }

  @Test
  void aGeneratedApplicationIsRendered() throws Exception {
    assertThat(render("plain-eu", "--cluster", "eu")).isZero();
    assertThat(objects()).isNotEmpty();
  }

  @Test
  void aSetIsGivenWithoutAnApplicationAndMustExist() {
    assertThat(render("plain", "--set", "all", "--cluster", "eu")).isEqualTo(2);
    assertThat(render("plain")).isEqualTo(2);
    assertThat(errors()).contains("give an application and --cluster, or --set without both");
    assertThat(render("--set", "none")).isEqualTo(1);
    assertThat(errors()).contains("the fleet has no valid ApplicationSet 'none'; it has [all]");
  }

  @Test
  void rendersAnotherCommit() throws Exception {
    assertThat(render("web", "--cluster", "eu", "--at", "HEAD~1")).isZero();

    assertThat(objects().getFirst().content().at("/data/size").asText()).isEqualTo("small");
  }

  @Test
  void printedObjectsReadBackUnchanged() throws Exception {
    assertThat(render("plain", "--cluster", "eu")).isZero();

    List<Manifest> objects = objects();
    assertThat(objects)
        .extracting(object -> object.ref().kind() + " " + object.ref().namespace())
        .containsExactly("ConfigMap web", "ClusterRole ", "Widget web");
    assertThat(objects.getFirst().content().get("data").toString())
        .isEqualTo(
            "{\"true\":\"yes\",\"octal\":\"010\",\"empty\":\"\",\"text\":\"a: b\\n"
                + "# c\\n"
                + "\",\"time\":\"12:30:45\"}");
    assertThat(objects.getLast().content().get("spec").toString())
        .isEqualTo("{\"count\":12345678901234567890,\"ratio\":1.5,\"true\":null}");
    assertThat(errors()).contains("example.com/v1 Widget").doesNotContain("ClusterRole");
  }

  @Test
  void bidirectionalCharactersInFileNamesAreEscaped() throws Exception {
    assumeTrue(System.getProperty("sun.jnu.encoding").equals("UTF-8"), "to create the file");
    try (Git git = Git.open(directory.resolve("shop").toFile())) {
      write("plain/b\u202e.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}");
      commit(git);
    }

    assertThat(render("plain", "--cluster", "eu")).isZero();

    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("# plain/b\\u{202e}.yaml")
        .doesNotContain("\u202e");
  }

  @Test
  void rendersABaseOfAnotherRepository() throws Exception {
    try (Git bases = Git.init().setDirectory(directory.resolve("bases").toFile()).call();
        Git shop = Git.open(directory.resolve("shop").toFile())) {
      write("../bases/kustomization.yaml", "configMapGenerator: [{name: base, literals: [a=b]}]");
      commit(bases);
      bases.tag().setName("v1").setSigned(false).setAnnotated(false).call();
      write("over/kustomization.yaml", "resources: ['https://git.example/acme/bases?ref=v1']");
      commit(shop);
    }
    defineOver("{remote: {bases: [bases]}}");

    assertThat(render("over", "--cluster", "eu", "--cache", directory.resolve("cache").toString()))
        .as(errors())
        .isZero();

    assertThat(objects().getFirst().ref().name()).startsWith("base-");
    assertThat(directory.resolve("cache")).isNotEmptyDirectory();
  }

  @Test
  void rendersWithPluginsThatAnotherRepositoryNamesAndThisMachineHas() throws Exception {
    try (Git bases = Git.init().setDirectory(directory.resolve("bases").toFile()).call();
        Git shop = Git.open(directory.resolve("shop").toFile())) {
      write(
          "../bases/listed/kustomization.yaml",
          "generators: ['{apiVersion: example.com/v1, kind: Lister, metadata: {name: x}}']");
      write("../bases/listed/words.txt", "from the base");
      commit(bases);
      bases.tag().setName("v1").setSigned(false).setAnnotated(false).call();
      write(
          "over/kustomization.yaml",
          "resources: ['https://git.example/acme/bases//listed?ref=v1']");
      commit(shop);
    }
    defineOver("{plugins: true, remote: {bases: [bases]}}");
    String cache = directory.resolve("cache").toString();
    String plugins = directory.resolve("plugins").toString();

    assertThat(render("over", "--cluster", "eu", "--cache", cache, "--plugins", plugins))
        .as("before it is installed")
        .isEqualTo(1);
    assertThat(errors()).contains("example.com/v1/lister/Lister", "it is not there");

    write(
        "../plugins/example.com/v1/lister/Lister",
        """
        #!/bin/sh
        echo "{apiVersion: v1, kind: ConfigMap, metadata: {name: listed}, data: {words: '$(cat words.txt)'}}"
        """);
    assertThat(
            directory.resolve("plugins/example.com/v1/lister/Lister").toFile().setExecutable(true))
        .isTrue();
    assertThat(render("over", "--cluster", "eu", "--cache", cache, "--plugins", plugins))
        .as(errors())
        .isZero();
    assertThat(objects().getFirst().content().at("/data/words").asText())
        .isEqualTo("from the base");
    assertThat(errors()).contains("with plugins example.com/v1/Lister sha256:");
  }

  @Test
  void invalidArgumentsAreReported() {
    assertThat(render("gone", "--cluster", "eu")).isEqualTo(1);
    assertThat(render("web", "--cluster", "us")).isEqualTo(1);
    assertThat(render("web", "--cluster", "eu", "--at", "nowhere")).isEqualTo(1);
    assertThat(render("web", "--cluster", "eu", "--at", "HEAD~1^{tree}")).isEqualTo(1);

    assertThat(errors())
        .contains(
            "no valid application 'gone'; it has [plain, plain-eu, ",
            "'web' does not go to the cluster 'us', but to [eu]",
            "'nowhere' is no commit of the repository");
    assertThat(out.size()).isZero();
  }

  @Test
  void anObjectWithoutANameOfItsOwnIsRefusedByANameOfItsFile() throws Exception {
    try (Git git = Git.open(directory.resolve("shop").toFile())) {
      write(
          "plain/job.yaml",
          "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: migrate-}\n");
      commit(git);
    }

    assertThat(render("plain", "--cluster", "eu")).isEqualTo(1);

    assertThat(errors())
        .contains(
            "plain/job.yaml, document 1 (line 1) (Job) has generateName and so another name each"
                + " time, which only hooks may have: give it a metadata.name",
            "InvalidManifest");
    assertThat(out.size()).isZero();
  }

  @Test
  void annotationsWithoutEffectAreNamed() throws Exception {
    try (Git git = Git.open(directory.resolve("shop").toFile())) {
      write(
          "plain/options.yaml",
          """
          apiVersion: v1
          kind: ConfigMap
          metadata:
            name: options
            annotations:
              argocd.argoproj.io/sync-options: Prune=false,Validate=false
          """);
      commit(git);
    }

    assertThat(render("plain", "--cluster", "eu")).isZero();

    assertThat(errors())
        .contains(
            "plain/options.yaml, document 1 (line 1): the annotation"
                + " argocd.argoproj.io/sync-options: Validate=false has no effect"
                + " (see docs/directives.md)")
        .doesNotContain("Prune=false has no effect");
  }

  @Test
  void aTestOfAChartNeedsNoName() throws Exception {
    try (Git git = Git.open(directory.resolve("shop").toFile())) {
      write(
          "chart/templates/test.yaml",
          """
          apiVersion: v1
          kind: Pod
          metadata: {generateName: test-, annotations: {helm.sh/hook: test}}
          """);
      commit(git);
    }

    assertThat(render("web", "--cluster", "eu")).isZero();

    assertThat(objects()).hasSize(1);
  }

  @Test
  void fieldsThatDifferAtEachRenderingAreNoted() throws Exception {
    assertThat(render("web", "--cluster", "eu")).isZero();
    assertThat(errors()).doesNotContain("each rendering");
    try (Git git = Git.open(directory.resolve("shop").toFile())) {
      write(
          "chart/templates/secret.yaml",
          """
          apiVersion: v1
          kind: Secret
          metadata: {name: db}
          stringData: {user: a, password: "{{ randAlphaNum 20 }}"}
          """);
      commit(git);
    }

    assertThat(render("web", "--cluster", "eu")).isZero();

    assertThat(errors())
        .contains(
            "1 fields have another value at each rendering; the worker keeps their live values"
                + " (policy.generatedValues: keep-live):\n  Secret web/db data.password\n");
  }

  @Test
  void anAliasBombIsRefused() throws Exception {
    StringBuilder bomb = new StringBuilder("l0: &l0 [1, 2]\n");
    for (int i = 1; i < 8; i++) {
      bomb.append("l%d: &l%d [%s]\n".formatted(i, i, "*l%d, ".formatted(i - 1).repeat(10)));
    }
    try (Git git = Git.open(directory.resolve("shop").toFile())) {
      write("plain/bomb.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\n" + bomb);
      commit(git);
    }

    assertThat(render("plain", "--cluster", "eu")).isEqualTo(1);

    assertThat(errors()).contains("plain/bomb.yaml, line ", "with its aliases expanded");
    assertThat(out.size()).isZero();
  }

  /** Defines the application {@code over}, which builds on another repository. */
  private void defineOver(String policy) throws Exception {
    Files.writeString(
        directory.resolve("fleet/over.yaml"),
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: bases}
        spec: {url: "file://%s/bases", identity: git.example/acme/bases}
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: over}
        spec:
          namespace: web
          clusters: {names: [eu]}
          source: {repository: shop, path: over}
          policy: %s
        """
            .formatted(directory, policy));
  }

  private int render(String... arguments) {
    List<String> all = new ArrayList<>(List.of("render"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--fleet", directory.resolve("fleet").toString()));
    all.addAll(List.of("--repository", directory.resolve("shop").toString()));
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    return new CommandLineInterface(List.of(RenderCommand.command()), Map.of())
        .run(all.toArray(String[]::new));
  }

  private List<Manifest> objects() throws Exception {
    return ManifestReader.read(out.toString(StandardCharsets.UTF_8), "output");
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void write(String path, String text) throws Exception {
    Path file = directory.resolve("shop").resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void commit(Git git) throws Exception {
    git.add().addFilepattern(".").call();
    git.commit()
        .setMessage("change")
        .setAuthor("test", "test@localhost")
        .setCommitter("test", "test@localhost")
        .setSign(false)
        .call();
  }
}
