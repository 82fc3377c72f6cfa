package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/metrics.md and the alert rules match the metrics of a running process. */
@Tag("kubernetes")
class MetricsReferenceIT {

  private static final Path REFERENCE = Path.of("../docs/metrics.md");
  private static final Path ALERTS = Path.of("../docs/examples/alerts.yaml");

  /** The beginnings of names of metrics that are documented one by one. */
  private static final String DOCUMENTED = "(?:sluice|kafka|vertx)_";

  private static final Pattern ITEM =
      Pattern.compile("- `(" + DOCUMENTED + "\\w+)`\\s\\((\\w+)([^)]*)\\):");
  private static final Pattern PREFIX_ITEM = Pattern.compile("- `(\\w+_)\\*`:");
  private static final Pattern TYPE = Pattern.compile("# TYPE (\\w+) (\\w+)");
  private static final Pattern SAMPLE =
      Pattern.compile(
          "(?m)^(" + DOCUMENTED + "\\w+?)(?:(?<=_seconds)(?:_bucket|_sum|_count|_max))?\\{(.*)} ");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");
  private static final Pattern METRIC = Pattern.compile(DOCUMENTED + "\\w+?(?=_bucket\\b|\\b)");

  @TempDir private Path directory;

  @Test
  void metricsOfOneProcessMatchTheReference() throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING, PRODUCTION)) {
      scenario.setting("archive", directory.resolve("archive").toString());
      scenario.fleet().application("plain", "plain", scenario.namespace(), STAGING);
      scenario.fleet().application("broken", "broken", scenario.namespace(), STAGING);
      scenario.commit(
          Map.of(
              "plain/configmap.yaml",
              configMap("plain", "one"),
              "broken/configmap.yaml",
              configMap("Not_A_Name", "one")));
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> scenario.configMaps().value("plain").isPresent());
        CommitId commit =
            scenario.push(sluice, Map.of("plain/configmap.yaml", configMap("plain", "two")));
        assertThat(scenario.webhook(sluice.webhookPort(), commit, "guessed")).isEqualTo(401);
        patiently()
            .untilAsserted(
                () ->
                    assertThat(page(sluice.apiPort()))
                        .contains(
                            "sluice_worker_leading{cluster=\"staging\"} 1.0\n",
                            "sluice_worker_leading{cluster=\"production\"} 1.0\n",
                            "sluice_dead_letters_open{cause=\"Invalid\"} 1.0\n",
                            "sluice_dispatcher_changes_total 1.0\n")
                        .containsPattern(
                            "sluice_worker_change_to_applied_seconds_count\\{cluster=\"staging\"}"
                                + " [12]\n")
                        // without changes from before the read model had caught up
                        .containsPattern("sluice_change_to_cluster_seconds_count [12]\n"));

        String all = page(sluice.apiPort()) + page(sluice.webhookHealthPort().orElseThrow());
        String reference = Files.readString(REFERENCE);
        assertThat(types(all)).isEqualTo(documented(reference));
        assertThat(undocumented(all, reference)).isEmpty();
        labels(all)
            .forEach(
                (metric, labels) ->
                    assertThat(labels)
                        .as(metric)
                        .isEqualTo(documentedLabels(reference).get(metric)));
        Matcher used = METRIC.matcher(Files.readString(ALERTS));
        while (used.find()) {
          assertThat(all).contains("# TYPE " + used.group() + " ");
        }
      }
    }
  }

  private static Map<String, String> types(String page) {
    Map<String, String> types = new TreeMap<>();
    TYPE.matcher(page)
        .results()
        .filter(found -> found.group(1).matches(DOCUMENTED + ".*"))
        .filter(found -> !found.group(1).endsWith("_seconds_max"))
        .forEach(found -> types.put(found.group(1), found.group(2)));
    return types;
  }

  /** Metrics of libraries are documented by the beginning of their names. */
  private static Set<String> undocumented(String page, String reference) {
    Set<String> prefixes = new TreeSet<>();
    PREFIX_ITEM.matcher(reference).results().forEach(item -> prefixes.add(item.group(1)));
    Set<String> names = new TreeSet<>();
    TYPE.matcher(page)
        .results()
        .map(found -> found.group(1))
        .filter(name -> !name.matches(DOCUMENTED + ".*"))
        .filter(name -> prefixes.stream().noneMatch(name::startsWith))
        .forEach(names::add);
    return names;
  }

  private static Map<String, String> documented(String reference) {
    Map<String, String> types = new TreeMap<>();
    ITEM.matcher(reference).results().forEach(item -> types.put(item.group(1), item.group(2)));
    return types;
  }

  private static Map<String, Set<String>> labels(String page) {
    Map<String, Set<String>> labels = new HashMap<>();
    SAMPLE
        .matcher(page)
        .results()
        .forEach(
            sample -> {
              Set<String> names = labels.computeIfAbsent(sample.group(1), _ -> new TreeSet<>());
              LABEL
                  .matcher(sample.group(2))
                  .results()
                  .map(label -> label.group(1))
                  .filter(name -> !name.equals("le"))
                  .forEach(names::add);
            });
    return labels;
  }

  private static Map<String, Set<String>> documentedLabels(String reference) {
    Map<String, Set<String>> labels = new HashMap<>();
    ITEM.matcher(reference)
        .results()
        .forEach(
            item -> {
              Set<String> names = new TreeSet<>();
              Pattern.compile("`(\\w+)`")
                  .matcher(item.group(3))
                  .results()
                  .forEach(label -> names.add(label.group(1)));
              labels.put(item.group(1), names);
            });
    return labels;
  }

  private static String page(int port) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/metrics".formatted(port)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      return response.body();
    }
  }
}
