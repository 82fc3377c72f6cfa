package dev.sluice.standalone.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.config.Settings;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker finds the context of its only cluster. */
class ClusterAccessTest {

  private static final String ONE_CONTEXT =
      """
      apiVersion: v1
      kind: Config
      clusters:
      - {name: one, cluster: {server: "http://one:1"}}
      - {name: two, cluster: {server: "http://two:2"}}
      users: [{name: u, user: {token: x}}]
      contexts:
      - {name: first, context: {cluster: one, user: u}}
      """;
  private static final String TWO_CONTEXTS =
      ONE_CONTEXT + "- {name: second, context: {cluster: two, user: u}}\n";

  @TempDir private Path directory;

  @Test
  void itIsTheOnlyOneIfNoneIsNamedLikeTheCluster() throws Exception {
    assertThat(server(ONE_CONTEXT, "this")).isEqualTo("http://one:1/");
  }

  /** The current context may be another cluster's. */
  @Test
  void ofSeveralItMustBeNamed() {
    assertThatThrownBy(() -> server(TWO_CONTEXTS + "current-context: first\n", "this"))
        .hasMessageContaining(
            "has the contexts [first, second], and none is named 'this': name the cluster's with"
                + " --context this=CONTEXT");
  }

  @Test
  void theOneNamedLikeTheClusterWins() throws Exception {
    assertThat(server(TWO_CONTEXTS, "second")).isEqualTo("http://two:2/");
  }

  @Test
  void theGivenOneWins() throws Exception {
    assertThat(server(TWO_CONTEXTS, "first", "first=second")).isEqualTo("http://two:2/");
  }

  @Test
  void aGivenOneThatIsMissingIsRefused() {
    assertThatThrownBy(() -> server(TWO_CONTEXTS, "this", "this=third"))
        .hasMessageContaining("there is no context 'third' in");
  }

  /** Returns the API server that the worker of a cluster connects to. */
  private String server(String content, String cluster, String... contexts) throws IOException {
    Path kubeconfig = Files.writeString(directory.resolve("kubeconfig"), content);
    ClusterAccess access =
        ClusterAccess.from(
            new Settings(ClusterAccess.SETTINGS, List.of())
                .read(
                    Map.of(
                        "kubeconfig", List.of(kubeconfig.toString()), "context", List.of(contexts)),
                    Map.of(),
                    Optional.empty()));
    try (KubernetesClient client = access.connectSingle(new ClusterName(cluster))) {
      return client.getMasterUrl().toString();
    }
  }
}
