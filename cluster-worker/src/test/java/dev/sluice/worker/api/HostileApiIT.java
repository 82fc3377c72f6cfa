package dev.sluice.worker.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.event.ObjectRef;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An aggregated API that may answer anything. */
final class HostileApiIT {

  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private HttpServer server;
  private KubernetesClient client;
  private ClusterApi api;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String answer = answers.get(exchange.getRequestURI().getPath());
          byte[] body = (answer == null ? "{}" : answer).getBytes(UTF_8);
          exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder()
                    .withAutoConfigure(false)
                    .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                    .build())
            .build();
    api = new ClusterApi(client, Duration.ofSeconds(10));
  }

  @AfterEach
  void close() {
    client.close();
    server.stop(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resources\": 5}",
        "{\"resources\": [null, 3, \"x\", []]}",
        "{\"resources\": [{\"kind\": {}, \"name\": []}]}",
        "{\"resources\": [{\"kind\": \"Thing\", \"name\": \"../../../api/v1/secrets\"}]}",
        "{\"resources\": [{\"kind\": \"Thing\", \"name\": \"\"}]}",
        "[1]",
      })
  void kindsThatCannotBeAddressedAreNotServed(String document) throws Exception {
    answers.put("/apis/bad.example.org/v1", document);

    try {
      assertThat(new Discovery(api).find("bad.example.org/v1", "Thing")).isEmpty();
    } catch (ApiException e) {
      assertThat(document).as("no object at all").startsWith("[");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../v1|Secret", "v1", "", "|", "v1|", "v1|Secret/..", "a/b/c|D", "V1 |X"})
  void anInvalidKindIsNotLookedUp(String text) {
    assertThat(ApiKind.parse(text)).isEmpty();
  }

  @Test
  void itemsThatAreNoObjectsAreSkipped() throws Exception {
    answers.put("/api/v1/configmaps", "{\"items\": [null, 1, \"x\", [], {\"metadata\": {}}]}");
    List<Object> found = new ArrayList<>();

    api.listMetadata("/api/v1/configmaps", "a=b", found::add);

    assertThat(found).hasSize(1);
  }

  @Test
  void anEndlessListFails() {
    answers.put("/api/v1/things", "{\"items\": [], \"metadata\": {\"continue\": \"more\"}}");

    assertThatThrownBy(() -> api.list("/api/v1/things", "a=b", _ -> {}))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("has no last page");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a%2fb"})
  void aNameThatLeadsToAnotherPathIsRefused(String name) {
    ApiResource configMaps = new ApiResource("/api/v1", "configmaps", true);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> configMaps.path(new ObjectRef("v1", "ConfigMap", "n", name)));
  }
}
