package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.simulated.ClusterFixture;
import dev.sluice.standalone.SecuredBrokers.Login;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Kafka user and the Secret of a worker, when the command is repeated or things are lost. */
@Tag("kubernetes")
class InstalledUserIT {

  private static final String USER = "acme-worker-west";

  @TempDir private Path directory;

  private Path kubeconfig;
  private String kafka;
  private Path admin;

  @Test
  void aPasswordThatOthersMayUseIsChangedOnlyOnDemand() throws Exception {
    try (SecuredBrokers brokers = new SecuredBrokers(directory, Login.SCRAM, List.of());
        ClusterFixture fixture = ClusterFixture.open()) {
      KubernetesClient client = fixture.client();
      kubeconfig = kubeconfig(fixture);
      kafka = brokers.bootstrapServers();
      admin = brokers.properties(SecuredBrokers.ADMIN);
      String first = fixture.namespace() + "-first";
      String second = fixture.namespace() + "-second";
      try {
        run("cluster add west", first, "--rights=none", "--wait=0s").done();
        String password = secret(client, first);
        String pods = checksum(client, first);

        assertThat(run("cluster add west", second, "--rights=none", "--wait=0s").refused())
            .contains("the Kafka user " + USER + " exists")
            .contains("--new-password");
        assertThat(client.namespaces().withName(second).get()).isNull();
        assertThat(run("cluster add west", first, "--rights=none", "--wait=0s").done())
            .contains("unchanged Kafka user " + USER);
        assertThat(secret(client, first)).isEqualTo(password);
        assertThat(checksum(client, first)).isEqualTo(pods);

        client.secrets().inNamespace(first).withName("sluice-kafka").delete();
        assertThat(run("cluster add west", first, "--rights=none", "--wait=0s").refused())
            .contains("is not in the Secret " + first + "/sluice-kafka");
        InstallRun renewed =
            run("cluster add west", first, "--rights=none", "--wait=0s", "--new-password");
        assertThat(renewed.done())
            .contains("with a new password")
            .contains("changed   Deployment " + first + "/sluice-worker");
        assertThat(secret(client, first)).isNotEqualTo(password);
        assertThat(checksum(client, first)).isNotEqualTo(pods);

        try (Admin acls = Admin.create(brokers.connection(new Topics("acme")).admin())) {
          acls.createAcls(List.of(surplus())).all().get();
        }
        assertThat(run("cluster add west", first, "--rights=none", "--wait=0s").done())
            .contains("left      ACL of " + USER + ": READ on TOPIC other");

        client
            .resource(
                "apiVersion: v1\nkind: Secret\nmetadata: {name: mine, namespace: %s}\n"
                    .formatted(first))
            .create();
        assertThat(run("cluster add west", first, "--rights=none", "--kafka-secret=mine").refused())
            .contains("the Secret " + first + "/mine exists");
        assertThat(run("cluster remove west", first, "--kafka-secret=mine").done())
            .contains("left      Secret " + first + "/mine")
            .contains("deleted   Kafka user " + USER);
        assertThat(client.secrets().inNamespace(first).withName("mine").get()).isNotNull();
      } finally {
        List.of(first, second).forEach(name -> client.namespaces().withName(name).delete());
      }
    }
  }

  @Test
  void aListenerWithoutPasswordsIsRefused() throws Exception {
    try (ClusterFixture fixture = ClusterFixture.open()) {
      kubeconfig = kubeconfig(fixture);
      kafka = "localhost:1";
      admin = Files.writeString(directory.resolve("admin"), "security.protocol=SSL\n");

      assertThat(run("cluster add west", fixture.namespace() + "-tls").refused())
          .contains("a listener of SSL does not take");
    }
  }

  private static AclBinding surplus() {
    return new AclBinding(
        new ResourcePattern(ResourceType.TOPIC, "other", PatternType.LITERAL),
        new AccessControlEntry("User:" + USER, "*", AclOperation.READ, AclPermissionType.ALLOW));
  }

  private static String secret(KubernetesClient client, String namespace) {
    return new String(
        Base64.getDecoder()
            .decode(
                client
                    .secrets()
                    .inNamespace(namespace)
                    .withName("sluice-kafka")
                    .get()
                    .getData()
                    .get("kafka.properties")),
        UTF_8);
  }

  private static String checksum(KubernetesClient client, String namespace) {
    return client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName("sluice-worker")
        .get()
        .getSpec()
        .getTemplate()
        .getMetadata()
        .getAnnotations()
        .get("checksum/kafka");
  }

  private Path kubeconfig(ClusterFixture fixture) throws Exception {
    YAMLMapper yaml = new YAMLMapper();
    ObjectNode config = (ObjectNode) yaml.readTree(fixture.kubeconfig());
    ((ObjectNode) config.at("/contexts/0")).put("name", "here");
    return Files.writeString(directory.resolve("config"), yaml.writeValueAsString(config));
  }

  private InstallRun run(String command, String namespace, String... options) {
    List<String> all = new ArrayList<>(List.of(command.split(" ")));
    all.addAll(
        List.of(
            "--kubeconfig=" + kubeconfig,
            "--context=here",
            "--namespace=" + namespace,
            "--kafka=" + kafka,
            "--kafka-properties=" + admin,
            "--topic-prefix=acme"));
    all.addAll(List.of(options));
    return InstallRun.of(all);
  }
}
