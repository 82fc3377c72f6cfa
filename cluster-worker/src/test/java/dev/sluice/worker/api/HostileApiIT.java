package dev.sluice.worker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.event.ObjectRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An aggregated API that may answer anything. */
final class HostileApiIT {

  private AnsweringApi server;
  private ClusterApi api;

  @BeforeEach
  void open() throws IOException {
    server = new AnsweringApi(404);
    api = server.api();
  }

  @AfterEach
  void close() {
    server.close();
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
    server.answer("/apis/bad.example.org/v1", document);

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
    server.answer("/api/v1/configmaps", "{\"items\": [null, 1, \"x\", [], {\"metadata\": {}}]}");
    List<Object> found = new ArrayList<>();

    api.listMetadata("/api/v1/configmaps", "a=b", found::add);

    assertThat(found).hasSize(1);
  }

  @Test
  void anEndlessListFails() {
    server.answer("/api/v1/things", "{\"items\": [], \"metadata\": {\"continue\": \"more\"}}");

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
