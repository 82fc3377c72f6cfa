package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.PartPermissions;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.FreePort;
import dev.sluice.standalone.SecuredBrokers.Login;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Three brokers with TLS and ACLs, and each part in a process of its own with a user of its own,
 * which has the permissions that docs/operations.md names and no others. Users log in by password
 * or by certificate.
 */
class SecuredKafkaIT {

  @TempDir private Path directory;

  private final Topics topics = new Topics("acme");
  private final Map<String, SluiceProcess> running = new LinkedHashMap<>();

  @ParameterizedTest
  @EnumSource
  void theDocumentedPermissionsSufficeAndOneBrokerMayFail(Login login) throws Exception {
    try (SecuredBrokers brokers =
        new SecuredBrokers(directory, login, DocumentedPermissions.PARTS)) {
      KafkaConnection kafka = brokers.connection(topics);
      try (Admin acls = Admin.create(kafka.admin())) {
        acls.createAcls(DocumentedPermissions.of(topics, STAGING)).all().get();
      }
      try (Scenario scenario = Scenario.over(kafka, directory, STAGING)) {
        int webhooks = FreePort.find();
        String api = Integer.toString(FreePort.find());
        String server = "http://127.0.0.1:" + api;
        scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
        for (String part : List.of("dispatcher", "receiver", "worker", "api")) {
          start(scenario, part, webhooks, api, brokers);
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
              .doesNotContain(SecuredBrokers.PASSWORD);
        }
        scenario.verify();
      } finally {
        running.values().forEach(SluiceProcess::kill);
      }
    }
  }

  @Test
  void theProgramGivesThePermissionsThatAreDocumented() throws Exception {
    assertThat(
            Stream.of(
                    PartPermissions.receiver(topics, "receiver"),
                    PartPermissions.dispatcher(topics, "dispatcher"),
                    PartPermissions.api(topics, "api"),
                    PartPermissions.worker(topics, STAGING, "worker"))
                .flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(Set.copyOf(DocumentedPermissions.of(topics, STAGING)));
  }

  private static void push(Scenario scenario, int port, Map<String, String> files)
      throws Exception {
    assertThat(scenario.webhook(port, scenario.commit(files))).isEqualTo(202);
  }

  private void start(
      Scenario scenario, String part, int webhooks, String api, SecuredBrokers brokers)
      throws Exception {
    Map<String, String> settings = new HashMap<>(scenario.settings());
    settings.put("webhook-port", Integer.toString(webhooks));
    settings.put("api-port", part.equals("api") ? api : "0");
    settings.put("topic-prefix", topics.prefix());
    settings.put("kafka", scenario.kafka().bootstrapServers());
    settings.put("kafka-properties", brokers.properties(part).toString());
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
}
