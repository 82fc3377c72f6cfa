package dev.sluice.api.http;

import static dev.sluice.api.http.RunningApi.json;
import static dev.sluice.api.http.RunningApi.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.contract.window.CronSchedule;
import dev.sluice.contract.window.MaintenanceWindow;
import dev.sluice.contract.window.SendingRules;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A caller with a scope cannot distinguish the rest of the fleet from what does not exist.
 * Everything outside the scope has "zulu" in its name, or has one of the hidden commits.
 */
class ApiScopeIT {

  private static final RepositoryId VAULT = new RepositoryId("git.example/zulu-vault");
  private static final GitRef RELEASE = GitRef.branch("zulu-release");
  private static final int OWN = 1;
  private static final int IN_VAULT = 901;
  private static final int ON_BRANCH = 902;

  /** Replacements for hidden names by names that do not exist. */
  private static final Map<String, String> ABSENT =
      Map.of(
          "zulu-app",
          "nope-app",
          "zulu-moon",
          "nope-moon",
          VAULT.value(),
          "git.example/nope-vault");

  private static final Map<String, String> WHO =
      Map.of(
          "apps", "role=viewer,application=alpha*",
          "appadmin", "role=admin,application=alpha*",
          "clusters", "role=viewer,cluster=east",
          "clusteradmin", "role=admin,cluster=east",
          "both", "role=admin,application=alpha*,cluster=east");

  @TempDir Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;

  /**
   * {@code alpha} is visible to every caller with a scope. {@code zulu-app} is in another
   * repository, {@code zulu-branch} on another branch of alpha's. With a scope of the cluster east,
   * alpha's other cluster is hidden as well.
   */
  @BeforeEach
  void twoApplications() {
    connection = KafkaFixture.provisioned(2);
    topics = new TopicWriter(connection);
    topics
        .defined("alpha", "east")
        .state(
            TopicWriter.definition("zulu-app", VAULT, TopicWriter.MAIN, "zulu-moon"),
            Map.of(
                new ClusterName("zulu-moon"),
                new Hold(Optional.empty(), "zulu-person", "zulu-reason", Instant.EPOCH)))
        .state(
            TopicWriter.definition("zulu-branch", TopicWriter.REPOSITORY, RELEASE, "zulu-moon"),
            Map.of())
        .pushed(OWN)
        .merged(OWN, 41)
        .pushed(VAULT, TopicWriter.MAIN, IN_VAULT)
        .merged(VAULT, OWN, 42)
        .pushed(TopicWriter.REPOSITORY, RELEASE, ON_BRANCH)
        .dispatched("alpha", "east", 1, OWN)
        .applied("alpha", "east", 1, OWN)
        .dispatched("alpha", "east", 2, OWN)
        .parked("alpha", "east", 2, OWN);
    for (String other : List.of("zulu-app", "zulu-branch")) {
      topics
          .dispatched(other, "zulu-moon", 1, IN_VAULT)
          .applied(other, "zulu-moon", 1, IN_VAULT)
          .parked(other, "zulu-moon", 2, IN_VAULT)
          .write(
              "accepted/" + other,
              new ChangeEvent.DefinitionAccepted(
                  TopicWriter.REPOSITORY,
                  TopicWriter.definition(other, TopicWriter.REPOSITORY, RELEASE, "zulu-moon"),
                  "revision-2",
                  Set.of()))
          .write(
              "ahead/" + other,
              new ChangeEvent.LedgerAhead(
                  TopicWriter.REPOSITORY,
                  new ApplicationName(other),
                  new ClusterName("zulu-moon"),
                  new Generation(1),
                  new Generation(2)))
          .write(
              "command/" + other,
              new CommandEvent.Given(
                  TopicWriter.REPOSITORY,
                  new ApplicationName(other),
                  Set.of(new ClusterName("zulu-moon")),
                  new Command.Resync(),
                  "zulu-person",
                  "zulu-reason"));
    }
    topics
        .write(
            "approval", new FleetApprovalEvent.Given("0".repeat(64), "zulu-person", "zulu-reason"))
        .write(
            "readers",
            new ChangeEvent.ReadersAccepted(TopicWriter.REPOSITORY, Set.of(VAULT), "revision-2"))
        .write(
            "forwarded",
            new ChangeEvent.RefForwarded(
                TopicWriter.REPOSITORY,
                new EventId("push/" + IN_VAULT),
                new ChangeEvent.RefChanged(
                    VAULT,
                    TopicWriter.MAIN,
                    Optional.empty(),
                    Optional.of(TopicWriter.commit(IN_VAULT)),
                    new dev.sluice.contract.event.Origin.Poll(topics.now()))))
        .write(
            "hello/moon",
            new ResultEvent.WorkerHello(
                new ClusterName("zulu-moon"), "zulu-worker", Map.of(), Optional.empty()))
        .write(
            "ref/main",
            new RefState(
                TopicWriter.REPOSITORY,
                TopicWriter.MAIN,
                Optional.of(TopicWriter.commit(OWN)),
                Optional.empty()))
        .write(
            "ref/release",
            new RefState(
                TopicWriter.REPOSITORY,
                RELEASE,
                Optional.of(TopicWriter.commit(ON_BRANCH)),
                Optional.empty()))
        .flush();
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void noAnswerContainsNamesOutsideTheScope() throws Exception {
    try (RunningApi api = RunningApi.start(directory, connection, WHO)) {
      List<String> seen = new ArrayList<>();
      for (String who : WHO.keySet()) {
        for (Asked asked : everything(json(api.get("/api/v1/openapi.json")))) {
          HttpResponse<String> response = asked.by(api, who);
          assertHidden(response.body(), asked, who + " asks " + asked);
          seen.add(asked.path() + " " + response.statusCode());
        }
      }
      // the API does not hide them by refusing everything
      assertThat(seen)
          .contains("/api/v1/status 200", "/api/v1/applications/alpha 200", "/api/v1/trace 200");
    }
  }

  @Test
  void namesOutsideTheScopeAreAnsweredLikeUnknownNames() throws Exception {
    try (RunningApi api = RunningApi.start(directory, connection, WHO)) {
      for (String who : WHO.keySet()) {
        for (Asked asked : everything(json(api.get("/api/v1/openapi.json")))) {
          Asked absent = asked.absent();
          if (!absent.equals(asked)) {
            HttpResponse<String> outside = asked.by(api, who);
            HttpResponse<String> nothing = absent.by(api, who);
            String what = who + " asks " + asked + " and " + absent;
            assertThat(outside.statusCode()).as(what).isEqualTo(nothing.statusCode());
            assertThat(outside.body()).as(what).isEqualTo(Asked.present(nothing.body()));
          }
        }
      }
    }
  }

  @Test
  void theStreamContainsNothingOutsideTheScope() throws Exception {
    try (RunningApi api = RunningApi.start(directory, connection, WHO)) {
      for (String who : WHO.keySet()) {
        var request =
            api.to("/api/v1/events?since=2026-01-01T00:00:00Z")
                .header("Accept", "text/event-stream")
                .header("Authorization", "Bearer " + token(who))
                .build();
        var response =
            api.http().send(request, java.net.http.HttpResponse.BodyHandlers.ofInputStream());
        StringBuilder text = new StringBuilder();
        try (BufferedReader reader =
            new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
          String end = "after/" + who;
          topics
              .write(
                  end,
                  new ResultEvent.Superseded(
                      TopicWriter.subject("alpha", "east", 2, OWN), new Generation(3)))
              .flush();
          for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            text.append(line).append('\n');
            if (line.contains(end)) {
              break;
            }
          }
        }
        assertThat(text).contains("event: dispatched");
        assertHidden(text.toString(), new Asked("get", "/api/v1/events", ""), who);
      }
    }
  }

  @Test
  void aClusterScopeHidesTheOtherClustersOfAnApplication() throws Exception {
    topics
        .state(
            TopicWriter.definition("alpha", "east", "zulu-moon")
                .withSending(
                    new SendingRules(
                        Optional.empty(),
                        Optional.of(
                            List.of(
                                new MaintenanceWindow(
                                    MaintenanceWindow.Kind.DENY,
                                    CronSchedule.parse("0 0 * * *"),
                                    Duration.ofHours(1),
                                    ZoneOffset.UTC,
                                    Optional.of(List.of(new ClusterName("zulu-moon"))),
                                    Optional.empty(),
                                    Optional.empty()))))),
            Map.of())
        .dispatched("alpha", "zulu-moon", 1, OWN)
        .parked("alpha", "zulu-moon", 1, OWN)
        .write(
            "command/alpha",
            new CommandEvent.Given(
                TopicWriter.REPOSITORY,
                new ApplicationName("alpha"),
                Set.of(new ClusterName("zulu-moon"), new ClusterName("east")),
                new Command.Suspend(),
                "jo",
                "both"))
        .write(
            "answer/alpha",
            new CommandEvent.Answered(
                TopicWriter.REPOSITORY,
                new EventId("command/alpha"),
                new ApplicationName("alpha"),
                Set.of(new ClusterName("zulu-moon"), new ClusterName("east")),
                new Command.Suspend(),
                "jo",
                "both",
                true,
                "suspended: [east, zulu-moon]",
                Optional.of(Set.of(new ClusterName("zulu-moon"), new ClusterName("east")))))
        .write(
            "command/retry",
            new CommandEvent.Given(
                TopicWriter.REPOSITORY,
                new ApplicationName("alpha"),
                Set.of(new ClusterName("zulu-moon"), new ClusterName("east")),
                new Command.Resync(
                    Optional.of(
                        List.of(
                            new DeadLetterId("east/alpha/1"),
                            new DeadLetterId("zulu-moon/alpha/1"),
                            new DeadLetterId("sluice.sync.zulu-moon/0/7")))),
                "jo",
                "both"))
        .write(
            "outcome/alpha",
            new CommandEvent.Outcome(
                TopicWriter.REPOSITORY,
                new EventId("command/alpha"),
                new ApplicationName("alpha"),
                new ClusterName("zulu-moon"),
                CommandEvent.Outcome.Result.HELD,
                Optional.empty(),
                Optional.empty(),
                "nothing was sent: zulu-moon is suspended"))
        .flush();
    try (RunningApi api = RunningApi.start(directory, connection, WHO)) {
      for (String who : List.of("clusters", "clusteradmin", "both")) {
        for (Asked asked : everything(json(api.get("/api/v1/openapi.json")))) {
          assertHidden(asked.by(api, who).body(), asked, who + " asks " + asked);
        }
        JsonNode commands = json(api.get("/api/v1/commands", who)).get("items");
        assertThat(commands.get(0).get("clusters").toString()).isEqualTo("[\"east\"]");
        assertThat(commands.get(0).at("/command/retries").toString())
            .isEqualTo("[\"east/alpha/1\"]");
      }
    }
  }

  @Test
  void refusedCommandsAreRecordedOncePerRequestUpToALimitPerMinute() throws Exception {
    topics.defined("alphabet", "east").flush();
    String command =
        "{\"command\": {\"kind\": \"resync\"}, \"applications\": [\"*\"], \"reason\": \"x\","
            + " \"dryRun\": false}";
    try (RunningApi api = RunningApi.start(directory, connection, WHO)) {
      Map<String, String> apps = Map.of("Authorization", "Bearer " + token("apps"));
      int before = CommandTopic.read(connection).size();
      HttpResponse<String> refused = api.post("/api/v1/commands", command, apps);
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body()).contains("alpha, alphabet");

      List<ChangeEvent> recorded = CommandTopic.read(connection).subList(before, before + 1);
      assertThat(CommandTopic.read(connection)).hasSize(before + 1);
      CommandEvent.Answered answer = (CommandEvent.Answered) recorded.getFirst();
      assertThat(answer.application().value()).isEqualTo("alpha");
      assertThat(answer.message()).isEqualTo("apps (viewer) may not give this command");

      for (int i = 0; i < 3 * Refusals.MAX_PER_MINUTE; i++) {
        assertThat(api.post("/api/v1/commands", command, apps).statusCode()).isEqualTo(403);
      }
      assertThat(CommandTopic.read(connection).size() - before)
          .isBetween(Refusals.MAX_PER_MINUTE, 2 * Refusals.MAX_PER_MINUTE);
      // each token has its own limit
      Map<String, String> clusters = Map.of("Authorization", "Bearer " + token("clusters"));
      int then = CommandTopic.read(connection).size();
      assertThat(api.post("/api/v1/commands", command, clusters).statusCode()).isEqualTo(403);
      assertThat(CommandTopic.read(connection)).hasSize(then + 1);
    }
  }

  /** Request of a caller. Secrets that it names itself may be in the answer. */
  private record Asked(String method, String address, String body) {

    String path() {
      return address.replaceAll("\\?.*", "");
    }

    HttpResponse<String> by(RunningApi api, String who) throws Exception {
      Map<String, String> headers =
          Map.of("Authorization", "Bearer " + token(who), "Idempotency-Key", "k");
      return method.equals("post") ? api.post(address, body, headers) : api.get(address, headers);
    }

    Asked absent() {
      String otherAddress = address;
      String otherBody = body;
      for (Map.Entry<String, String> entry : ABSENT.entrySet()) {
        otherAddress = otherAddress.replace(entry.getKey(), entry.getValue());
        otherBody = otherBody.replace(entry.getKey(), entry.getValue());
      }
      return new Asked(
          method,
          otherAddress.replace(
              TopicWriter.commit(IN_VAULT).value(), TopicWriter.commit(7777).value()),
          otherBody.replace(
              TopicWriter.commit(IN_VAULT).value(), TopicWriter.commit(7777).value()));
    }

    static String present(String text) {
      String named = text;
      for (Map.Entry<String, String> entry : ABSENT.entrySet()) {
        named = named.replace(entry.getValue(), entry.getKey());
      }
      return named.replace(TopicWriter.commit(7777).value(), TopicWriter.commit(IN_VAULT).value());
    }
  }

  private static void assertHidden(String body, Asked asked, String as) {
    String rest = body.toLowerCase(Locale.ROOT);
    String request = asked.address() + asked.body();
    for (String named :
        List.of("zulu-app", "zulu-moon", VAULT.value(), TopicWriter.commit(IN_VAULT).value())) {
      if (request.contains(named)) {
        rest = rest.replace(named, "");
      }
    }
    assertThat(rest)
        .as(as)
        .doesNotContain("zulu")
        .doesNotContain(TopicWriter.commit(IN_VAULT).value())
        .doesNotContain(TopicWriter.commit(ON_BRANCH).value());
  }

  /** Every route without parameters, with the caller's own names, and with hidden ones. */
  private static List<Asked> everything(JsonNode document) {
    List<Asked> all = new ArrayList<>();
    for (String path : List.of("/livez", "/readyz", "/metrics", "/api/v1/openapi.json")) {
      all.add(new Asked("get", path, ""));
    }
    Map<String, List<String>> values = new LinkedHashMap<>();
    values.put("application", List.of("alpha", "zulu-app", "*"));
    values.put("cluster", List.of("east", "zulu-moon"));
    values.put("repository", List.of(TopicWriter.REPOSITORY.value(), VAULT.value()));
    values.put(
        "commit",
        List.of(TopicWriter.commit(OWN).value(), TopicWriter.commit(IN_VAULT).value(), "0000000"));
    values.put("kind", List.of("Deployment"));
    values.put("name", List.of("alpha", "zulu-app"));
    values.put("entry", List.of("east/alpha/2", "zulu-moon/zulu-app/2"));
    values.put("id", List.of("command/zulu-app"));
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        one -> {
                          if (one.getKey().equals("get")) {
                            all.addAll(gets(path.getKey(), one.getValue(), values));
                          }
                        }));
    all.addAll(posts());
    return all;
  }

  private static List<Asked> gets(
      String path, JsonNode operation, Map<String, List<String>> values) {
    List<String> addresses = new ArrayList<>();
    addresses.add(path + "?");
    List<String> optional = new ArrayList<>();
    for (JsonNode parameter : operation.path("parameters")) {
      String name = parameter.get("name").asText();
      if (parameter.get("in").asText().equals("path")) {
        addresses =
            values.get(name).stream()
                .filter(value -> !value.equals("*"))
                .map(value -> path.replace("{" + name + "}", value) + "?")
                .toList();
      } else if (parameter.get("required").asBoolean()) {
        List<String> more = new ArrayList<>();
        for (String address : addresses) {
          values.get(name).forEach(value -> more.add(address + name + "=" + value + "&"));
        }
        addresses = more;
      } else if (values.containsKey(name)) {
        optional.add(name);
      }
    }
    List<Asked> all = new ArrayList<>();
    for (String address : addresses) {
      all.add(new Asked("get", address, ""));
      for (String name : optional) {
        values
            .get(name)
            .forEach(value -> all.add(new Asked("get", address + name + "=" + value, "")));
      }
    }
    return all;
  }

  private static List<Asked> posts() {
    List<Asked> all = new ArrayList<>();
    for (String applications : List.of("\"alpha\"", "\"zulu-app\"", "\"*\"")) {
      for (String rest :
          List.of(
              "",
              "\"clusters\": [\"zulu-moon\"],",
              "\"repository\": \"%s\",".formatted(VAULT),
              "\"since\": \"2026-01-01T00:00:00Z\",")) {
        for (String command :
            List.of(
                "\"command\": {\"kind\": \"resync\"}",
                "\"command\": {\"kind\": \"discard\", \"entry\": \"zulu-moon/zulu-app/2\"}",
                "\"restoreAt\": \"2026-01-02T00:00:00Z\"")) {
          all.add(
              new Asked(
                  "post",
                  "/api/v1/commands",
                  "{%s, %s \"applications\": [%s], \"reason\": \"x\", \"dryRun\": true}"
                      .formatted(command, rest, applications)));
        }
      }
    }
    for (String entry : List.of("east/alpha/2", "zulu-moon/zulu-app/2")) {
      for (String action : List.of("retry", "discard")) {
        all.add(
            new Asked(
                "post",
                "/api/v1/dead-letters/actions",
                "{\"action\": \"%s\", \"entries\": [\"%s\"], \"reason\": \"x\", \"dryRun\": true}"
                    .formatted(action, entry)));
      }
    }
    for (String application : List.of("zulu-app", "alpha")) {
      for (String path : List.of("/api/v1/diffs", "/api/v1/objects")) {
        all.add(
            new Asked(
                "post",
                path,
                "{\"application\": \"%s\", \"cluster\": \"zulu-moon\", \"patienceSeconds\": 1}"
                    .formatted(application)));
      }
    }
    return all;
  }
}
