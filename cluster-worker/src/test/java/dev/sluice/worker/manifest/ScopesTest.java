package dev.sluice.worker.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScopesTest {

  private static final Scopes CLUSTER =
      (apiVersion, kind) ->
          kind.equals("ClusterRoleBinding") ? Optional.of(false) : Optional.empty();

  @Test
  void aDefinitionAddsKindsAndChangesNoneThatIsServed() throws Exception {
    List<Manifest> definitions =
        ManifestReader.read(
            definition("rbac.authorization.k8s.io", "ClusterRoleBinding")
                + "---\n"
                + definition("example.org", "Widget"),
            "crds.yaml");

    Scopes scopes = CLUSTER.with(definitions);

    assertThat(scopes.namespaced("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"))
        .as("the scope that the API server uses")
        .contains(false);
    assertThat(scopes.namespaced("example.org/v1", "Widget")).contains(true);
    assertThat(scopes.namespaced("example.org/v2", "Widget")).isEmpty();
  }

  private static String definition(String group, String kind) {
    return """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: things.%s}
    spec:
      group: %s
      scope: Namespaced
      names: {kind: %s, plural: things}
      versions: [{name: v1, served: true, storage: true}]
    """
        .formatted(group, group, kind);
  }
}
