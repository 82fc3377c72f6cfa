package dev.sluice.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.Base64;
import java.util.Optional;

/** Service accounts and their permissions in the cluster of a bench. */
final class Rights {

  private final Bench bench;

  Rights(Bench bench) {
    this.bench = bench;
  }

  /** Creates a service account in a namespace. */
  ServiceAccountRights account(String namespace, String name) {
    apply(
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: %s, namespace: %s}
        """
            .formatted(name, namespace));
    return new ServiceAccountRights(namespace, name);
  }

  /** Applies a manifest, and deletes it when the bench is closed. */
  void apply(String manifest) {
    var object = bench.fixture.client().resource(manifest);
    bench.fixture.cleanUp(object::delete);
    object.serverSideApply();
  }

  /** A service account that was created. */
  final class ServiceAccountRights {

    private final String namespace;
    private final String name;

    ServiceAccountRights(String namespace, String name) {
      this.namespace = namespace;
      this.name = name;
    }

    /** Binds a role to the account in a namespace. */
    ServiceAccountRights may(String kind, String role, String in) {
      bind("RoleBinding", ", namespace: " + in, kind, role);
      return this;
    }

    /** Binds a ClusterRole to the account in the whole cluster. */
    ServiceAccountRights mayEverywhere(String role) {
      bind("ClusterRoleBinding", "", "ClusterRole", role);
      return this;
    }

    private void bind(String binding, String in, String kind, String role) {
      apply(
          """
          apiVersion: rbac.authorization.k8s.io/v1
          kind: %1$s
          metadata: {name: "%2$s-%3$s-%4$s"%5$s}
          roleRef: {apiGroup: rbac.authorization.k8s.io, kind: %6$s, name: "%4$s"}
          subjects: [{kind: ServiceAccount, name: %3$s, namespace: %2$s}]
          """
              .formatted(binding, namespace, name, role, in, kind));
    }

    /** Releases before 1.24 keep a token of each account, and may not decode a request for one. */
    private String token() {
      if (!bench.fixture.isAtLeast(24)) {
        return await().atMost(Bench.PATIENCE).until(this::keptToken, Optional::isPresent).get();
      }
      return bench
          .fixture
          .client()
          .serviceAccounts()
          .inNamespace(namespace)
          .withName(name)
          .tokenRequest(
              new TokenRequestBuilder()
                  .withNewSpec()
                  .withExpirationSeconds(3600L)
                  .endSpec()
                  .build())
          .getStatus()
          .getToken();
    }

    private Optional<String> keptToken() {
      return bench.fixture.client().secrets().inNamespace(namespace).list().getItems().stream()
          .filter(
              secret ->
                  name.equals(
                      secret
                          .getMetadata()
                          .getAnnotations()
                          .get("kubernetes.io/service-account.name")))
          .map(
              secret ->
                  new String(Base64.getDecoder().decode(secret.getData().get("token")), UTF_8))
          .findFirst();
    }

    /** Returns a client with a token of the account. */
    KubernetesClient client() {
      Config admin = Config.fromKubeconfig(bench.fixture.kubeconfig());
      Config own =
          new ConfigBuilder()
              .withAutoConfigure(false)
              .withMasterUrl(admin.getMasterUrl())
              .withCaCertData(admin.getCaCertData())
              .withCaCertFile(admin.getCaCertFile())
              .withTrustCerts(admin.isTrustCerts())
              .withOauthToken(token())
              .build();
      return new KubernetesClientBuilder().withConfig(WorkerResources.tuned(own)).build();
    }
  }
}
