package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.patiently;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.demo.PushWebhook;
import dev.sluice.standalone.process.OneProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice check-delivery} with all parts: what arrives, what is refused, what is missing. */
class CheckDeliveryIT {

  private static final String REPOSITORY = "localhost/scenario/apps";

  @TempDir Path directory;

  @Test
  void theFirstDeliveryIsFoundAndOthersAreExplained() throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      CommitId commit =
          scenario.commit(
              Map.of("web/a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"));
      scenario.fleet().application("web", "web", "web", STAGING);
      try (OneProcess sluice = scenario.startWithoutWorkers()) {
        patiently()
            .untilAsserted(
                () ->
                    assertThat(check(sluice, REPOSITORY, "1s"))
                        .satisfies(
                            run -> {
                              assertThat(run.code()).isEqualTo(5);
                              assertThat(run.err())
                                  .contains(
                                      "no delivery has arrived at the endpoint github (localhost)",
                                      "has arrived in time");
                            }));

        CompletableFuture<CommandRun> waiting =
            CompletableFuture.supplyAsync(() -> check(sluice, REPOSITORY, "2m"));
        patiently()
            .until(
                () ->
                    scenario.webhook(sluice.webhookPort(), commit, "another secret") == 401
                        && waiting.isDone());
        assertThat(waiting.get(1, TimeUnit.SECONDS).code()).isEqualTo(1);
        assertThat(waiting.get().err())
            .contains("was refused: unauthenticated", "from 127.0.0.1", "secret file");

        assertThat(ping(sluice)).isEqualTo(200);
        patiently()
            .untilAsserted(
                () -> {
                  CommandRun run = check(sluice, REPOSITORY, "1s");
                  assertThat(run.code()).isEqualTo(5);
                  assertThat(run.err()).contains("signature valid (ping): push a commit");
                });

        assertThat(scenario.webhook(sluice.webhookPort(), commit)).isEqualTo(202);
        assertThat(check(sluice, "http://LOCALHOST/Scenario/Apps.git", "1m").code()).isZero();
        assertThat(initAndWait(sluice, scenario).code()).isZero();
      }
    }
  }

  @Test
  void anApiThatDoesNotAnswerIsNamedInTheEnd() {
    CommandRun run =
        CommandRun.of(
            "check-delivery",
            "--repository",
            REPOSITORY,
            "--timeout",
            "1s",
            "--server",
            "http://127.0.0.1:1");

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.err()).contains("the API at http://127.0.0.1:1 does not answer");
  }

  private CommandRun initAndWait(OneProcess sluice, Scenario scenario) {
    return CommandRun.of(
        sluice,
        "init",
        "--repository",
        "file://" + directory.resolve("apps.git"),
        "--identity",
        REPOSITORY,
        "--kubeconfig",
        scenario.fixture(STAGING).writeKubeconfig(directory).toString(),
        "--directory",
        directory.resolve("proposed").toString(),
        "--secret-file",
        directory.resolve("proposed-secret").toString(),
        "--wait",
        "1m");
  }

  private static CommandRun check(OneProcess sluice, String repository, String timeout) {
    return CommandRun.of(
        sluice, "check-delivery", "--repository", repository, "--timeout", timeout);
  }

  private static int ping(OneProcess sluice) throws Exception {
    byte[] body = "{\"zen\": \"Keep it logically awesome.\", \"hook_id\": 1}".getBytes(UTF_8);
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://127.0.0.1:%d/webhooks/github".formatted(sluice.webhookPort())))
                  .header("Content-Type", "application/json")
                  .header("X-GitHub-Event", "ping")
                  .header("X-GitHub-Delivery", "ping-1")
                  .header(
                      "X-Hub-Signature-256",
                      PushWebhook.signature(body, "scenario-secret".getBytes(UTF_8)))
                  .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }
}
