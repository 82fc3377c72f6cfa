package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.FreePort;
import dev.sluice.standalone.SecuredBrokers.Login;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands that install and remove Sluice, with three brokers that have users and ACLs, and two
 * clusters. The installed workloads run as processes of this machine, exactly as their objects in
 * the clusters say; their workers use tokens of their ServiceAccounts where the cluster has RBAC.
 */
@Tag("kubernetes")
class InstallIT {

  private static final String SECRET = "scenario-secret";
  private static final String WORKER = "sluice-worker";

  @TempDir private Path directory;

  private final Topics topics = new Topics("acme");
  private final Map<String, SluiceProcess> running = new LinkedHashMap<>();

  @Test
  void clustersAreAddedUsedAndRemoved() throws Exception {
    try (SecuredBrokers brokers = new SecuredBrokers(directory, Login.SCRAM, List.of())) {
      KafkaConnection kafka = brokers.connection(topics);
      Path admin = brokers.properties(SecuredBrokers.ADMIN);
      try (Scenario scenario = Scenario.over(kafka, directory, STAGING, PRODUCTION)) {
        Path kubeconfig = kubeconfig(scenario);
        String hub = scenario.systemNamespace() + "-hub";
        for (ClusterName cluster : List.of(STAGING, PRODUCTION)) {
          scenario
              .fleet()
              .replace(
                  "---\napiVersion: sluice.dev/v1\nkind: Cluster\nmetadata: {name: %s}\n"
                      .formatted(cluster),
                  "");
        }
        List<String> toKafka =
            List.of(
                "--kafka=" + kafka.bootstrapServers(),
                "--kafka-properties=" + admin,
                "--topic-prefix=" + topics.prefix());
        List<String> install =
            with(
                toKafka,
                "install",
                "--kubeconfig=" + kubeconfig,
                "--context=staging",
                "--namespace=" + hub,
                "--without-worker",
                "--fleet=" + directory.resolve("fleet"),
                "--webhook-endpoint=name=github,forge=github,host=localhost,secret=file:/etc/sluice/webhooks/github",
                "--wait=0s");

        InstallRun refused = InstallRun.of(install);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err())
            .contains("Secret " + hub + "/sluice-webhooks")
            .contains("kubectl -n " + hub + " create secret generic sluice-webhooks");
        KubernetesClient staging = scenario.client(STAGING);
        staging
            .resource(
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: sluice-webhooks, namespace: %s}
                stringData: {github: %s}
                """
                    .formatted(hub, SECRET))
            .create();
        InstallRun installed = InstallRun.of(install);
        assertThat(installed.code()).as(installed.err()).isZero();
        assertThat(installed.out())
            .contains("created   StatefulSet " + hub + "/sluice-dispatcher")
            .doesNotContain(WORKER);

        for (ClusterName cluster : List.of(STAGING, PRODUCTION)) {
          List<String> add = add(scenario, kubeconfig, toKafka, cluster);
          InstallRun dry = InstallRun.of(with(add, "--dry-run"));
          assertThat(dry.out()).contains("would be made Kafka user acme-worker-" + cluster);
          assertThat(
                  scenario.client(cluster).namespaces().withName(scenario.systemNamespace()).get())
              .isNull();
          InstallRun added = InstallRun.of(add);
          assertThat(added.code()).as(added.err()).isZero();
          assertThat(added.out())
              .contains("created   Deployment " + scenario.systemNamespace() + "/sluice-worker")
              .contains("cluster-" + cluster + ".yaml");
          InstallRun again = InstallRun.of(add);
          assertThat(again.code()).as(again.err()).isZero();
          assertThat(again.out().lines())
              .filteredOn(line -> !line.isBlank())
              .hasSizeGreaterThan(5)
              .allMatch(line -> line.startsWith("unchanged"));
        }
        scenario.fleet().application("web", "web", scenario.namespace(), STAGING, PRODUCTION);
        scenario
            .client(PRODUCTION)
            .resource(
                """
                apiVersion: v1
                kind: Namespace
                metadata: {name: %s}
                """
                    .formatted(scenario.namespace()))
            .create();
        assertThat(InstallRun.of(install).out())
            .contains("changed   ConfigMap " + hub + "/sluice-fleet");

        int webhooks = FreePort.find();
        startHub(staging, hub, webhooks);
        for (ClusterName cluster : List.of(STAGING, PRODUCTION)) {
          startWorker(scenario, kubeconfig, cluster);
        }
        push(scenario, webhooks, "one");
        push(scenario, webhooks, "two");

        assertSeparated(scenario, kafka);
        for (SluiceProcess process : running.values()) {
          assertThat(process.output())
              .doesNotContain("AuthorizationException")
              .doesNotContainIgnoringCase("not authorized");
        }

        List<String> remove =
            with(
                toKafka,
                "cluster",
                "remove",
                "staging",
                "--kubeconfig=" + kubeconfig,
                "--context=staging",
                "--namespace=" + scenario.systemNamespace(),
                "--installation=" + scenario.settings().get("installation"),
                "--fleet=" + directory.resolve("fleet"));
        String password = password(scenario, STAGING);
        running.remove("staging").stop();
        InstallRun wouldRemove = InstallRun.of(with(remove, "--dry-run"));
        assertThat(wouldRemove.out()).contains("would be deleted Deployment");
        InstallRun removed = InstallRun.of(remove);
        assertThat(removed.code()).as(removed.err()).isZero();
        assertThat(removed.out())
            .contains("deleted   ConfigMap", "sluice-ledger.")
            .contains("deleted   Kafka user acme-worker-staging")
            .contains("The objects of the applications stay")
            .doesNotContain(password);
        assertThat(staging.namespaces().withName(scenario.systemNamespace()).get()).isNotNull();
        assertThat(scenario.configMaps().value("web")).contains("two");
        assertThat(directory.resolve("fleet/cluster-staging.yaml")).doesNotExist();
        assertThatThrownBy(() -> describe(kafka, "acme-worker-staging", password))
            .hasCauseInstanceOf(SaslAuthenticationException.class);

        running.values().forEach(SluiceProcess::kill);
        InstallRun uninstalled =
            InstallRun.of(
                with(
                    toKafka,
                    "uninstall",
                    "--kubeconfig=" + kubeconfig,
                    "--context=staging",
                    "--namespace=" + hub));
        assertThat(uninstalled.code()).as(uninstalled.err()).isZero();
        assertThat(uninstalled.out())
            .contains("deleted   StatefulSet")
            .contains("left      Namespace " + hub)
            .contains("left      Kafka user acme-worker-production")
            .contains("deleted   Kafka user acme-hub");
        staging.namespaces().withName(hub).delete();
        assertThat(scenario.configMaps(PRODUCTION, scenario.namespace()).value("web"))
            .contains("two");
      } finally {
        running.values().forEach(SluiceProcess::kill);
      }
    }
  }

  private List<String> add(
      Scenario scenario, Path kubeconfig, List<String> toKafka, ClusterName cluster) {
    return with(
        toKafka,
        "cluster",
        "add",
        cluster.value(),
        "--kubeconfig=" + kubeconfig,
        "--context=" + cluster,
        "--namespace=" + scenario.systemNamespace(),
        "--installation=" + scenario.settings().get("installation"),
        "--rights=" + (cluster.equals(STAGING) ? "narrow" : "all"),
        "--fleet=" + directory.resolve("fleet"),
        "--label=stage=" + cluster,
        "--setting=lease-duration=3s",
        "--setting=lease-renew-deadline=2s",
        "--setting=lease-retry-period=500ms",
        "--wait=0s");
  }

  private void startHub(KubernetesClient client, String namespace, int webhooks)
      throws IOException {
    running.put(
        "receiver",
        DeployedProcess.start(
            client,
            namespace,
            client
                .apps()
                .deployments()
                .inNamespace(namespace)
                .withName("sluice-receiver")
                .get()
                .getSpec()
                .getTemplate()
                .getSpec(),
            directory.resolve("receiver"),
            Map.of(
                "SLUICE_WEBHOOK_PORT",
                Integer.toString(webhooks),
                "SLUICE_WEBHOOK_HEALTH_PORT",
                "0")));
    running.put(
        "dispatcher",
        DeployedProcess.start(
            client,
            namespace,
            client
                .apps()
                .statefulSets()
                .inNamespace(namespace)
                .withName("sluice-dispatcher")
                .get()
                .getSpec()
                .getTemplate()
                .getSpec(),
            directory.resolve("dispatcher"),
            Map.of("SLUICE_DISPATCHER_HEALTH_PORT", "0", "SLUICE_API_PORT", "0")));
  }

  private void startWorker(Scenario scenario, Path kubeconfig, ClusterName cluster)
      throws IOException {
    KubernetesClient client = scenario.client(cluster);
    String namespace = scenario.systemNamespace();
    Path place = Files.createDirectories(directory.resolve("worker-" + cluster));
    String access = Files.readString(kubeconfig);
    if (!scenario.fixture(cluster).isSimulated()) {
      access = asServiceAccount(access, client, namespace);
    }
    running.put(
        cluster.value(),
        DeployedProcess.start(
            client,
            namespace,
            client
                .apps()
                .deployments()
                .inNamespace(namespace)
                .withName(WORKER)
                .get()
                .getSpec()
                .getTemplate()
                .getSpec(),
            place,
            Map.of(
                "SLUICE_HEALTH_PORT",
                "0",
                "SLUICE_KUBECONFIG",
                Files.writeString(place.resolve("kubeconfig"), access).toString())));
  }

  /**
   * Returns a kubeconfig with a token of the worker's ServiceAccount, in the place of its users.
   */
  private static String asServiceAccount(
      String kubeconfig, KubernetesClient client, String namespace) throws IOException {
    String token =
        client
            .serviceAccounts()
            .inNamespace(namespace)
            .withName(WORKER)
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withExpirationSeconds(3600L)
                    .endSpec()
                    .build())
            .getStatus()
            .getToken();
    YAMLMapper yaml = new YAMLMapper();
    ObjectNode config = (ObjectNode) yaml.readTree(kubeconfig);
    config.path("users").forEach(user -> ((ObjectNode) user).putObject("user").put("token", token));
    return yaml.writeValueAsString(config);
  }

  private static void push(Scenario scenario, int port, String value) throws Exception {
    var commit = scenario.commit(Map.of("web/configmap.yaml", configMap("web", value)));
    patiently()
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(scenario.webhook(port, commit)).isEqualTo(202));
    scenario.configMaps().awaitValue("web", value);
    scenario.configMaps(PRODUCTION, scenario.namespace()).awaitValue("web", value);
  }

  /** A worker's user neither reads another cluster's topic nor takes its producer's place. */
  private void assertSeparated(Scenario scenario, KafkaConnection kafka) throws Exception {
    String user = "acme-worker-staging";
    String password = password(scenario, STAGING);
    assertThat(describe(kafka, user, password, topics.sync(STAGING))).isEqualTo(1);
    assertThatThrownBy(() -> describe(kafka, user, password, topics.sync(PRODUCTION)))
        .hasCauseInstanceOf(AuthorizationException.class);
    assertThatThrownBy(() -> describe(kafka, user, password, topics.changes()))
        .hasCauseInstanceOf(AuthorizationException.class);
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            as(kafka, user, password).transactionalProducer("worker-" + PRODUCTION))) {
      assertThatThrownBy(producer::initTransactions).isInstanceOf(AuthorizationException.class);
    }
  }

  /** Returns the number of partitions that a user sees of the topics. */
  private static int describe(
      KafkaConnection kafka, String user, String password, String... described)
      throws ExecutionException, InterruptedException {
    List<String> names =
        described.length == 0 ? List.of(kafka.topics().results()) : Arrays.asList(described);
    try (Admin admin = Admin.create(as(kafka, user, password).admin())) {
      return admin.describeTopics(names).allTopicNames().get().values().stream()
          .mapToInt(topic -> topic.partitions().size())
          .sum();
    }
  }

  private static KafkaConnection as(KafkaConnection kafka, String user, String password) {
    Map<String, String> login = new HashMap<>(kafka.security());
    login.put("sasl.mechanism", "SCRAM-SHA-512");
    login.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(user, password));
    return new KafkaConnection(kafka.bootstrapServers(), kafka.topics(), login);
  }

  private static String password(Scenario scenario, ClusterName cluster) throws IOException {
    Properties properties = new Properties();
    properties.load(
        new StringReader(
            new String(
                Base64.getDecoder()
                    .decode(
                        scenario
                            .client(cluster)
                            .secrets()
                            .inNamespace(scenario.systemNamespace())
                            .withName("sluice-kafka")
                            .get()
                            .getData()
                            .get("kafka.properties")),
                UTF_8)));
    return properties.getProperty("sasl.jaas.config").replaceAll(".*password=\"([^\"]*)\".*", "$1");
  }

  /** Writes a kubeconfig with a context for each cluster. */
  private Path kubeconfig(Scenario scenario) throws IOException {
    YAMLMapper yaml = new YAMLMapper();
    ObjectNode merged = yaml.createObjectNode().put("apiVersion", "v1").put("kind", "Config");
    for (ClusterName cluster : List.of(STAGING, PRODUCTION)) {
      ObjectNode config = (ObjectNode) yaml.readTree(scenario.fixture(cluster).kubeconfig());
      for (String list : List.of("clusters", "users")) {
        ObjectNode entry = (ObjectNode) config.path(list).get(0);
        merged.withArray(list).add(entry.put("name", cluster.value()));
      }
      ArrayNode contexts = merged.withArray("contexts");
      contexts
          .addObject()
          .put("name", cluster.value())
          .putObject("context")
          .put("cluster", cluster.value())
          .put("user", cluster.value());
    }
    return Files.writeString(directory.resolve("all-kubeconfig"), yaml.writeValueAsString(merged));
  }

  private static List<String> with(List<String> options, String... arguments) {
    List<String> all = new ArrayList<>();
    boolean isOption = arguments[0].startsWith("-");
    if (isOption) {
      all.addAll(options);
    }
    all.addAll(Arrays.asList(arguments));
    if (!isOption) {
      all.addAll(options);
    }
    return all;
  }
}
