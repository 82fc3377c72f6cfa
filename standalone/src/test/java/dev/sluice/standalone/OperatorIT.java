package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.CommitId;
import dev.sluice.platform.process.FreePort;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands of operators under load and failures, over all parts; ends with a check of the
 * guarantees.
 */
@Tag("kubernetes")
class OperatorIT {

  private static final String BAD =
      "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\nspec: {ports: [{port: 123456}]}\n";

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void aThousandDeadLettersAreRetriedWhileHalfOfThemAreSuperseded(@TempDir Path directory)
      throws Exception {
    int applications = Integer.getInteger("sluice.dead-letters", 1_000);
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      Map<String, String> bad = new HashMap<>();
      for (int i = 0; i < applications; i++) {
        scenario.fleet().application(name(i), name(i), scenario.namespace(), STAGING);
        bad.put(name(i) + "/configmap.yaml", BAD.formatted(name(i)));
      }
      scenario.commit(bad);
      try (OneProcess sluice = scenario.start()) {
        slowly().until(() -> open(sluice, applications).size() == applications);
        List<String> chosen = List.copyOf(open(sluice, applications));
        Map<String, String> half = new HashMap<>();
        for (int i = 0; i < applications; i += 2) {
          half.put(name(i) + "/configmap.yaml", configMap(name(i), "good"));
        }
        scenario.push(sluice, half);
        Set<String> commanded = new HashSet<>();
        for (int from = 0; from < applications; from += 100) {
          JsonNode plan =
              post(
                  sluice.apiPort(),
                  "/api/v1/dead-letters/actions",
                  Json.mapper()
                      .valueToTree(
                          Map.of(
                              "action",
                              "retry",
                              "entries",
                              chosen.subList(from, Math.min(from + 100, applications)),
                              "reason",
                              "try them all",
                              "dryRun",
                              false)),
                  "retry-" + from);
          plan.get("commands").forEach(one -> commanded.add(one.get("id").asText()));
        }

        slowly()
            .until(() -> scenario.configMaps().countWithValue("good") == (applications + 1) / 2);
        slowly().until(() -> answered(scenario).containsAll(commanded));
        slowly()
            .untilAsserted(
                () -> {
                  Set<String> left = new TreeSet<>();
                  open(sluice, applications)
                      .forEach(entry -> left.add(entry.replaceAll("staging/(.*)/\\d+", "$1")));
                  assertThat(left).hasSize(applications / 2);
                  for (int i = 1; i < applications; i += 2) {
                    assertThat(left).contains(name(i));
                  }
                });
        scenario.verify();
        assertThat(commanded)
            .as("applications that were not superseded yet")
            .hasSizeGreaterThan(applications / 2 - 1);
        assertThat(retriedAsANewGeneration(scenario, applications)).isEqualTo(applications / 2);
      }
    }
  }

  /**
   * Counts the faulty applications whose only open dead letter is that of their second generation.
   */
  private static long retriedAsANewGeneration(Scenario scenario, int applications) {
    Map<String, Set<DeadLetterId>> open = new TreeMap<>();
    for (DeadLetterEvent event :
        scenario.read(scenario.kafka().topics().deadLetters(), DeadLetterEvent.class)) {
      Set<DeadLetterId> entries = open.computeIfAbsent(event.key(), _ -> new TreeSet<>());
      switch (event) {
        case DeadLetterEvent.Opened opened -> entries.add(opened.entry());
        case DeadLetterEvent.Retried _ -> {}
        case DeadLetterEvent.Closed closed -> entries.remove(closed.entry());
      }
    }
    long again = 0;
    for (int i = 1; i < applications; i += 2) {
      if (open.getOrDefault("staging/" + name(i), Set.of())
          .equals(Set.of(new DeadLetterId("staging/%s/2".formatted(name(i)))))) {
        again++;
      }
    }
    return again;
  }

  @Test
  void aStormOfCommandsBetweenPushesNeverAppliesOlderOverNewer(@TempDir Path directory)
      throws Exception {
    int applications = 8;
    Random random = new Random(20260101);
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      for (int i = 0; i < applications; i++) {
        scenario.fleet().application(name(i), name(i), scenario.namespace(), STAGING);
      }
      List<CommitId> commits =
          new ArrayList<>(List.of(scenario.commit(Scenario.applications(applications, "v0"))));
      OneProcess sluice = scenario.start();
      try {
        patiently().until(() -> scenario.configMaps().countWithValue("v0") == applications);
        List<String> given = new ArrayList<>();
        for (int step = 1; step <= 120; step++) {
          String application = random.nextInt(6) == 0 ? "*" : name(random.nextInt(applications));
          String command =
              switch (random.nextInt(4)) {
                case 0 ->
                    "{\"kind\": \"restore\", \"commit\": \"%s\"}"
                        .formatted(commits.get(random.nextInt(commits.size())));
                case 1 -> "{\"kind\": \"resume\"}";
                case 2 -> "{\"kind\": \"re-evaluate\"}";
                default -> "{\"kind\": \"resync\"}";
              };
          given.addAll(command(sluice, application, command, "storm-" + step));
          if (step % 10 == 0) {
            int changed = random.nextInt(applications);
            CommitId pushed =
                scenario.commit(
                    Map.of(
                        name(changed) + "/configmap.yaml", configMap(name(changed), "v" + step)));
            commits.add(pushed);
            assertThat(scenario.webhook(sluice.webhookPort(), pushed)).isEqualTo(202);
          }
          if (step == 60) {
            sluice.close();
            sluice = scenario.start();
            int port = sluice.apiPort();
            patiently().until(() -> isReady(port));
          }
        }
        given.addAll(command(sluice, "*", "{\"kind\": \"resume\"}", "end"));
        scenario.push(sluice, Scenario.applications(applications, "last"));

        patiently().until(() -> answered(scenario).containsAll(given));
        patiently().until(() -> scenario.configMaps().countWithValue("last") == applications);
        scenario.verify();
      } finally {
        sluice.close();
      }
    }
  }

  @Test
  void aKilledApiLosesAndRepeatsNoCommand(@TempDir Path directory) throws Exception {
    int applications = 5;
    int commands = 60;
    int port = FreePort.find();
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      for (int i = 0; i < applications; i++) {
        scenario.fleet().application(name(i), name(i), scenario.namespace(), STAGING);
      }
      scenario.commit(Scenario.applications(applications, "one"));
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> scenario.configMaps().countWithValue("one") == applications);
        assertThat(sluice.apiPort()).isPositive();
        List<String> given = new ArrayList<>();
        SluiceProcess api = api(scenario, directory, port);
        try {
          for (int i = 0; i < commands; i++) {
            String body = commandBody(name(i % applications), "{\"kind\": \"resync\"}");
            String key = "command-" + i;
            if (i % 20 == 10) {
              // the client does not learn whether the event is written before the API is killed
              var unused =
                  http.sendAsync(
                      request(port, "/api/v1/commands", body, key),
                      HttpResponse.BodyHandlers.ofString());
              api.kill();
              api = api(scenario, directory, port);
            }
            post(port, "/api/v1/commands", Json.mapper().readTree(body), key)
                .get("commands")
                .forEach(one -> given.add(one.get("id").asText()));
          }
          patiently().until(() -> answered(scenario).containsAll(given));

          assertThat(given).doesNotHaveDuplicates().hasSize(commands);
          List<CommandEvent.Answered> answers =
              scenario.read(scenario.kafka().topics().changes(), ChangeEvent.class).stream()
                  .filter(CommandEvent.Answered.class::isInstance)
                  .map(CommandEvent.Answered.class::cast)
                  .toList();
          assertThat(answers)
              .extracting(answer -> answer.given().value())
              .containsExactlyInAnyOrderElementsOf(given);
          assertThat(answers).allMatch(CommandEvent.Answered::accepted);
          assertThat(scenario.read(scenario.kafka().topics().changes(), ChangeEvent.class))
              .filteredOn(CommandEvent.Given.class::isInstance)
              .hasSizeGreaterThanOrEqualTo(commands);
          patiently()
              .untilAsserted(
                  () ->
                      assertThat(ids(get(port, "/api/v1/commands?limit=1000").get("items")))
                          .containsExactlyInAnyOrderElementsOf(given));
          scenario.verify();
        } finally {
          api.kill();
        }
      }
    }
  }

  private static List<String> ids(JsonNode commands) {
    return commands
        .valueStream()
        .filter(command -> command.path("accepted").asBoolean())
        .map(command -> command.get("id").asText())
        .toList();
  }

  private SluiceProcess api(Scenario scenario, Path directory, int port) throws IOException {
    SluiceProcess process =
        SluiceProcess.start(
            directory.resolve("api.log"),
            Map.of(),
            "api",
            "--kafka",
            scenario.kafka().bootstrapServers(),
            "--topic-prefix",
            scenario.kafka().topics().prefix(),
            "--api-port",
            Integer.toString(port),
            "--read-model",
            directory.resolve("read-model-of-its-own").toString());
    patiently().until(() -> isReady(port));
    return process;
  }

  private boolean isReady(int port) throws InterruptedException {
    try {
      return http.send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/readyz".formatted(port)))
                      .build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private List<String> command(OneProcess sluice, String application, String command, String key)
      throws IOException, InterruptedException {
    List<String> ids = new ArrayList<>();
    post(
            sluice.apiPort(),
            "/api/v1/commands",
            Json.mapper().readTree(commandBody(application, command)),
            key)
        .get("commands")
        .forEach(one -> ids.add(one.get("id").asText()));
    return ids;
  }

  private static String commandBody(String application, String command) {
    return "{\"command\": %s, \"applications\": [\"%s\"], \"reason\": \"a storm\", \"dryRun\": false}"
        .formatted(command, application);
  }

  private JsonNode post(int port, String path, JsonNode body, String key)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(request(port, path, body.toString(), key), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    return Json.mapper().readTree(response.body());
  }

  private static HttpRequest request(int port, String path, String body, String key) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)))
        .timeout(Duration.ofSeconds(60))
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", key)
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private JsonNode get(int port, String path) throws IOException, InterruptedException {
    return Json.mapper()
        .readTree(
            http.send(
                    HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:%d%s".formatted(port, path)))
                        .build(),
                    HttpResponse.BodyHandlers.ofString())
                .body());
  }

  /** Returns the ids of open dead letters. */
  private List<String> open(OneProcess sluice, int most) throws IOException, InterruptedException {
    List<String> entries = new ArrayList<>();
    String after = "";
    do {
      JsonNode page = get(sluice.apiPort(), "/api/v1/dead-letters?limit=1000" + after);
      page.get("items").forEach(letter -> entries.add(letter.get("entry").asText()));
      after = page.hasNonNull("next") ? "&after=" + page.get("next").asText() : "";
    } while (!after.isEmpty() && entries.size() < 2 * most);
    return entries;
  }

  private static Set<String> answered(Scenario scenario) {
    Set<String> ids = new HashSet<>();
    for (Event event : scenario.read(scenario.kafka().topics().changes(), ChangeEvent.class)) {
      if (event instanceof CommandEvent.Answered answered) {
        ids.add(answered.given().value());
      }
    }
    return ids;
  }

  /** Waits longer, for conditions that take minutes on a busy machine. */
  private static ConditionFactory slowly() {
    return patiently().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofMillis(500));
  }

  private static String name(int index) {
    return "app-" + index;
  }
}
