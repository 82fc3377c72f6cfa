package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.PRODUCTION;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ClusterName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Effect of clusters' names and labels, and of changed files, on targets. */
class SourcesIT {

  private Situation situation;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void aClusterGetsItsOverlayAndOnlyItsOwnPushes() throws IOException {
    application("web", "path: 'overlays/${cluster.labels.env}'");
    overlay("staging", "one").overlay("production", "one");
    situation.file("base/x.yaml", "kind: A").push();
    situation.start();
    situation.awaitSync(STAGING, 1);
    assertThat(inputs(PRODUCTION)).containsExactly("overlays/production/config.yaml");

    overlay("production", "two");
    situation.pushAndNotify();
    situation.awaitSync(PRODUCTION, 2);
    situation.awaitQuiet();

    assertThat(lines(situation.sync(PRODUCTION))).containsExactly("web 1 one", "web 2 two");
    assertThat(lines(situation.sync(STAGING))).containsExactly("web 1 one");
  }

  @Test
  void aMissingOverlayIsRefusedInItsClusterOnly() throws IOException {
    application("web", "path: 'overlays/${cluster.labels.env}'");
    overlay("staging", "one");
    situation.push();
    situation.start();
    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");
    situation.awaitQuiet();
    assertThat(situation.deadLetters())
        .singleElement()
        .satisfies(
            opened ->
                assertThat(opened.entry()).isEqualTo(new DeadLetterId("production/web/source")));

    overlay("production", "one");
    situation.pushAndNotify();

    assertThat(lines(situation.awaitSync(PRODUCTION, 1))).containsExactly("web 1 one");
    situation.awaitQuiet();
    assertThat(situation.deadLetters().getLast()).isInstanceOf(DeadLetterEvent.Closed.class);
  }

  @Test
  void aLabelChangesOnlyTheApplicationsThatUseIt() throws IOException {
    application("web", "path: apps/web, customize: {labels: {site: '${cluster.labels.site}'}}");
    application("api", "path: apps/api");
    clusters("site: berlin, tier: gold");
    situation.put("web", "one").put("api", "one").push();
    situation.start();
    situation.awaitSync(STAGING, 2);

    clusters("site: berlin, tier: silver");
    situation.pushAndNotify();
    situation.awaitQuiet();
    clusters("site: paris, tier: silver");
    List<SyncEvent> sync = situation.awaitSync(STAGING, 3);
    situation.awaitQuiet();

    assertThat(lines(situation.sync(STAGING)))
        .containsExactlyInAnyOrder("web 1 one", "api 1 one", "web 2 one");
    assertThat(((SyncEvent.Target) sync.getLast()).sources().getFirst().options().customization())
        .satisfies(options -> assertThat(options.labels()).containsEntry("site", "paris"));
    assertThat(lines(situation.sync(PRODUCTION))).hasSize(3);
  }

  @Test
  void aPlainSourceSendsWhatItsGlobsSelect() throws IOException {
    application(
        "web",
        "path: apps/web, plain: {include: ['**/*.yaml'], exclude: ['tests/**'], recurse: true}");
    situation.put("web", "one").file("apps/web/tests/x.yaml", "kind: A");
    situation.file("apps/web/NOTES.json", "{}").push();
    situation.start();
    situation.awaitSync(STAGING, 1);
    assertThat(inputs(STAGING)).containsExactly("apps/web/config.yaml");

    situation.file("apps/web/tests/x.yaml", "kind: B").file("apps/web/NOTES.json", "[]");
    situation.pushAndNotify();
    situation.awaitQuiet();

    assertThat(situation.sync(STAGING)).hasSize(1);
  }

  @Test
  void aChartSendsItsDirectoryAndValues() throws IOException {
    application(
        "web", "path: chart, helm: {valuesFiles: ['../values/${cluster.labels.env}.yaml']}");
    situation
        .file("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n")
        .file("chart/.helmignore", "*.md")
        .file("chart/README.md", "one")
        .file("chart/templates/config.yaml", "kind: ConfigMap\ndata: {value: one}\n")
        .file("values/staging.yaml", "a: 1")
        .file("values/production.yaml", "a: 1")
        .push();
    situation.start();
    situation.awaitSync(PRODUCTION, 1);
    situation.awaitSync(STAGING, 1);
    assertThat(inputs(STAGING))
        .containsExactly(
            "chart/.helmignore",
            "chart/Chart.yaml",
            "chart/templates/config.yaml",
            "values/staging.yaml");

    situation.file("chart/README.md", "two").file("values/production.yaml", "a: 2").pushAndNotify();
    situation.awaitSync(PRODUCTION, 2);
    situation.awaitQuiet();

    assertThat(situation.sync(STAGING)).hasSize(1);
  }

  private SourcesIT overlay(String env, String value) {
    situation.file(
        "overlays/" + env + "/config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {value: %s}\n"
            .formatted(value));
    return this;
  }

  private List<String> inputs(ClusterName cluster) {
    return ((SyncEvent.Target) situation.awaitSync(cluster, 1).getLast())
        .sources().stream()
            .flatMap(source -> source.files().stream())
            .map(InputFile::path)
            .toList();
  }

  private void clusters(String labels) throws IOException {
    situation.base("env: staging, " + labels, "env: production, " + labels);
  }

  private void application(String name, String source) throws IOException {
    situation.document(
        name,
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: %s}
        spec:
          source: {repository: shop, %s}
          clusters: {names: [staging, production]}
          namespace: %s
        """
            .formatted(name, source, name));
  }
}
