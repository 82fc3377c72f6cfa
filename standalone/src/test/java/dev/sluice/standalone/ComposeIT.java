package dev.sluice.standalone;

import static dev.sluice.standalone.DockerEngine.docker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The Compose file brings everything up, and a push to its Git server reaches both clusters. */
@Tag("docker")
class ComposeIT {

  private static final List<Integer> CLUSTERS = List.of(8001, 8002);
  private static final String PUSH =
      """
      rm -rf /tmp/work
      git clone -q http://localhost:8080/applications.git /tmp/work
      cd /tmp/work
      sed -i "s/greeting: .*/greeting: $1/" website/website.yaml
      git -c user.name=you -c user.email=you@localhost commit -qam Greet
      git push
      """;

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void aPushReachesBothClustersAlsoAfterARestart() throws Exception {
    DockerEngine.buildImage();
    Assumptions.assumeTrue(
        DockerEngine.tryDocker("compose", "version").code() == 0, "no Compose v2");
    DockerEngine.buildOthers();
    limitsMemory();
    try {
      compose("up", "--detach", "--no-build", "--wait", "--wait-timeout=300", "dispatcher");
      compose("up", "--detach", "--no-build");
      assertThat(compose("logs", "ready")).contains("Sluice is up.", "http://localhost:8090");
      await("the first state").atMost(Duration.ofMinutes(1)).until(() -> has("hello"));

      push("one");
      for (String part : List.of("kafka", "dispatcher", "receiver", "worker-staging", "git")) {
        compose("restart", part);
      }
      compose("up", "--detach", "--no-build", "--wait", "--wait-timeout=300", "receiver", "git");
      push("two");
      assertThat(compose("exec", "-T", "dispatcher", "sluice", "status")).contains("staging");

      compose("stop");
      for (String part : List.of("dispatcher", "receiver", "worker-staging", "cluster-staging")) {
        assertThat(docker("inspect", "--format={{.State.ExitCode}}", "sluice-" + part + "-1"))
            .as(part)
            .isEqualTo("0");
      }
    } finally {
      compose("down", "--volumes");
    }
  }

  private void limitsMemory() throws Exception {
    JsonNode services =
        new JsonMapper()
            .readTree(compose("--profile=own-cluster", "config", "--format=json"))
            .path("services");
    assertThat(services).isNotEmpty().allMatch(service -> service.path("mem_limit").asLong() > 0);
  }

  private void push(String greeting) throws Exception {
    compose("exec", "-T", "git", "sh", "-ec", PUSH, "sh", greeting);
    await(greeting).atMost(Duration.ofMinutes(1)).until(() -> has(greeting));
  }

  private boolean has(String greeting) throws Exception {
    for (int port : CLUSTERS) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://localhost:%d/api/v1/namespaces/website/configmaps/website"
                              .formatted(port)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (!answer.body().contains("\"greeting\":\"%s\"".formatted(greeting))) {
        return false;
      }
    }
    return true;
  }

  private static String compose(String... arguments) throws Exception {
    return docker(
        Stream.concat(Stream.of("compose", "--file=compose/compose.yaml"), Stream.of(arguments))
            .toArray(String[]::new));
  }
}
