package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.ThreeBrokers;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.FreePort;
import dev.sluice.platform.tls.SelfSigned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers with TLS, SASL and ACLs, and each part in a process of its own with a user of its
 * own, which has the permissions that docs/operations.md names and no others.
 */
class SecuredKafkaIT {

  private static final String PASSWORD = "secret-of-";

  @TempDir private Path directory;

  private final Topics topics = new Topics("acme");
  private final Map<String, SluiceProcess> running = new LinkedHashMap<>();

  @Test
  void theDocumentedPermissionsSufficeAndOneBrokerMayFail() throws Exception {
    KeyStore store = SelfSigned.create(directory, "kafka");
    try (ThreeBrokers brokers = new ThreeBrokers(directory, "SASL_SSL", brokerSettings())) {
      Map<String, String> admin = client("admin", store);
      KafkaConnection kafka =
          new KafkaConnection(brokers.bootstrapServers(), topics, Map.copyOf(admin));
      try (Admin acls = Admin.create(kafka.admin())) {
        acls.createAcls(DocumentedPermissions.of(topics, STAGING)).all().get();
      }
      try (Scenario scenario = Scenario.over(kafka, directory, STAGING)) {
        int webhooks = FreePort.find();
        String api = Integer.toString(FreePort.find());
        String server = "http://127.0.0.1:" + api;
        scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
        for (String part : List.of("dispatcher", "receiver", "worker", "api")) {
          start(scenario, part, webhooks, api, store);
        }
        patiently()
            .untilAsserted(
                () ->
                    assertThat(CommandRun.of("status", "--server", server).out())
                        .containsPattern("worker +staging +leading"));

        push(scenario, webhooks, Map.of("web/configmap.yaml", configMap("web", "one")));
        scenario.configMaps().awaitValue("web", "one");
        push(scenario, webhooks, Map.of("web/configmap.yaml", "kind: [broken"));
        patiently()
            .untilAsserted(
                () ->
                    assertThat(CommandRun.of("dead-letters", "list", "--server", server).out())
                        .contains("web"));
        push(scenario, webhooks, Map.of("web/configmap.yaml", configMap("web", "two")));
        scenario.configMaps().awaitValue("web", "two");
        assertThat(
                CommandRun.of("sync", "web", "--force", "--reason", "a test", "--server", server))
            .returns(0, CommandRun::code);

        brokers.stopOne();
        push(scenario, webhooks, Map.of("web/configmap.yaml", configMap("web", "three")));
        scenario.configMaps().awaitValue("web", "three");

        for (SluiceProcess process : running.values()) {
          assertThat(process.output())
              .doesNotContain("AuthorizationException")
              .doesNotContainIgnoringCase("not authorized")
              .doesNotContain(PASSWORD);
        }
        scenario.verify();
      } finally {
        running.values().forEach(SluiceProcess::kill);
      }
    }
  }

  private static void push(Scenario scenario, int port, Map<String, String> files)
      throws Exception {
    assertThat(scenario.webhook(port, scenario.commit(files))).isEqualTo(202);
  }

  private void start(Scenario scenario, String part, int webhooks, String api, KeyStore store)
      throws Exception {
    Map<String, String> settings = new HashMap<>(scenario.settings());
    settings.put("webhook-port", Integer.toString(webhooks));
    settings.put("api-port", part.equals("api") ? api : "0");
    settings.put("topic-prefix", topics.prefix());
    settings.put("kafka", scenario.kafka().bootstrapServers());
    settings.put("kafka-properties", properties(part, store).toString());
    settings.put("read-model", directory.resolve("read-model-" + part).toString());
    settings.put("cluster", STAGING.toString());
    Path file =
        Files.writeString(
            directory.resolve(part + ".yaml"),
            settings.entrySet().stream()
                .map(setting -> "%s: \"%s\"%n".formatted(setting.getKey(), setting.getValue()))
                .collect(Collectors.joining()));
    List<String> arguments = new ArrayList<>(List.of(part, "--config", file.toString()));
    if (part.equals("worker")) {
      arguments.addAll(scenario.access(STAGING));
    }
    running.put(
        part,
        SluiceProcess.start(
            directory.resolve(part + ".log"), Map.of(), arguments.toArray(String[]::new)));
  }

  private Path properties(String user, KeyStore store) throws Exception {
    return Files.writeString(
        directory.resolve(user + ".properties"),
        client(user, store).entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue() + "\n")
            .collect(Collectors.joining()));
  }

  private Map<String, String> client(String user, KeyStore store) throws Exception {
    return Map.of(
        "security.protocol",
        "SASL_SSL",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s%s\";"
            .formatted(user, PASSWORD, user),
        "ssl.truststore.type",
        "PEM",
        "ssl.truststore.location",
        authority(store).toString());
  }

  private Path authority(KeyStore store) throws Exception {
    byte[] certificate = store.getCertificate("kafka").getEncoded();
    return Files.writeString(
        directory.resolve("kafka.pem"),
        "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
            .formatted(Base64.getMimeEncoder().encodeToString(certificate)));
  }

  private Map<String, String> brokerSettings() throws IOException {
    String users =
        Stream.concat(Stream.of("admin"), DocumentedPermissions.PARTS.stream())
            .map(user -> "user_%s=\"%s%s\"".formatted(user, PASSWORD, user))
            .collect(Collectors.joining(" "));
    Map<String, String> settings = new HashMap<>();
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    // the brokers' own listeners have no users
    settings.put("super.users", "User:admin;User:ANONYMOUS");
    settings.put("sasl.enabled.mechanisms", "PLAIN");
    settings.put(
        "listener.name.clients.plain.sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required %s;".formatted(users));
    settings.put(
        "listener.name.clients.ssl.keystore.location", directory.resolve("kafka.p12").toString());
    settings.put("listener.name.clients.ssl.keystore.type", "PKCS12");
    String password = new String(SelfSigned.password());
    settings.put("listener.name.clients.ssl.keystore.password", password);
    settings.put("listener.name.clients.ssl.key.password", password);
    return settings;
  }
}
