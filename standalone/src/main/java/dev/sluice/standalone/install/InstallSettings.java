package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.process.ClusterAccess;
import dev.sluice.standalone.process.PartCommands;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Settings that the commands which install and remove have in common. */
final class InstallSettings {

  static final int WRONG_USAGE = 2;

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern ID = Pattern.compile("[a-z0-9]([-a-z0-9]{0,29}[a-z0-9])?");

  private static final Set<String> PORTS =
      Set.of("webhook-port", "webhook-health-port", "dispatcher-health-port", "health-port");

  static final Setting<Optional<String>> CONTEXT =
      Setting.text(
              "context",
              "CONTEXT",
              "kubeconfig context of the cluster that is changed; --print needs none")
          .optional();
  static final Setting<Optional<Path>> KUBECONFIG =
      Setting.path("kubeconfig", "the kubeconfig (default: $KUBECONFIG or ~/.kube/config)")
          .optional();
  static final Setting<String> NAMESPACE =
      Setting.of("namespace", "NAME", "namespace of Sluice", text -> name(text, NAME))
          .or(ObjectNames.BASE_NAMESPACE);
  static final Setting<String> INSTALLATION =
      Setting.of("installation", "ID", "id of this installation", text -> name(text, ID))
          .or(ObjectNames.BASE_INSTALLATION);
  static final Setting<Optional<String>> IMAGE =
      Setting.text("image", "IMAGE", "image with tag or digest (default: sluice:VERSION)")
          .optional();
  static final Setting<Rights> RIGHTS =
      Setting.of(
              "rights",
              Rights.LABEL,
              "permissions of the worker: all; the kinds of k8s/narrow; or none, to bind a"
                  + " ClusterRole of your own",
              Rights::parse)
          .or("all");
  static final Setting<List<Map.Entry<String, String>>> SETTING =
      Setting.list(
          "setting",
          "NAME=VALUE",
          "a further setting of the parts, such as homes=16",
          InstallSettings::pair);
  static final Setting<Boolean> PRINT =
      Setting.flag("print", "print the objects as YAML, and write nothing anywhere");
  static final Setting<Boolean> DRY_RUN = Setting.flag("dry-run", "only say what would be done");
  static final Setting<Boolean> FORCE =
      Setting.flag("force", "take over fields of objects that another field manager owns");
  static final Setting<Boolean> RESET =
      Setting.flag(
          "reset", "take back what was installed with options that are left out this time");
  static final Setting<Duration> WAIT =
      Setting.duration(
              "wait", "how long to wait until pods are ready, or have ended; 0s does not wait")
          .or("5m");
  static final Setting<Optional<String>> KAFKA_SECRET =
      Setting.of(
              "kafka-secret",
              "NAME",
              "Secret with Kafka's client settings in the key kafka.properties, and the files that"
                  + " they name in /etc/sluice/kafka",
              text -> name(text, Pattern.compile("[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?")))
          .optional();

  private InstallSettings() {}

  private static String name(String text, Pattern pattern) {
    if (!pattern.matcher(text).matches()) {
      throw new IllegalArgumentException("expected lower-case letters, digits and '-'");
    }
    return text;
  }

  private static Map.Entry<String, String> pair(String text) {
    int equals = text.indexOf('=');
    String key = equals < 1 ? text : text.substring(0, equals);
    if (equals < 1) {
      throw new IllegalArgumentException("expected NAME=VALUE");
    }
    if (PORTS.contains(key)) {
      throw new IllegalArgumentException("the manifests have the port: it stays as it is");
    }
    if (!partSettings().contains(key)) {
      throw new IllegalArgumentException("no part has the setting '%s'".formatted(key));
    }
    return Map.entry(key, text.substring(equals + 1));
  }

  private static Set<String> partSettings() {
    return Stream.of(PartCommands.receiver(), PartCommands.dispatcher(), PartCommands.worker())
        .map(Command::settings)
        .flatMap(List::stream)
        .map(Setting::name)
        .collect(Collectors.toSet());
  }

  /**
   * Returns the namespace to install in.
   *
   * @throws ExitException if it is one of Kubernetes itself
   */
  static String namespace(SettingValues values) {
    String namespace = values.get(NAMESPACE);
    if (namespace.equals("default") || namespace.startsWith("kube-")) {
      throw new ExitException(
          WRONG_USAGE,
          "the namespace %s is not Sluice's: name one of its own with --namespace"
              .formatted(namespace));
    }
    return namespace;
  }

  /** Returns the name of the context whose cluster is changed. */
  static String context(SettingValues values) {
    return values
        .get(CONTEXT)
        .orElseThrow(
            () ->
                new ExitException(
                    WRONG_USAGE, "name the cluster with --context, or only --print the objects"));
  }

  static KubernetesClient connect(SettingValues values) {
    return ClusterAccess.connectTo(values.get(KUBECONFIG), context(values));
  }

  /**
   * Returns the settings of a command that applies objects, or prints them.
   *
   * @param own those of this command only
   */
  static List<Setting<?>> of(Setting<?>... own) {
    List<Setting<?>> settings =
        new ArrayList<>(List.of(CONTEXT, KUBECONFIG, NAMESPACE, INSTALLATION, IMAGE, RIGHTS));
    settings.addAll(List.of(own));
    settings.addAll(KafkaSetup.SETTINGS);
    settings.addAll(List.of(SETTING, PRINT, DRY_RUN, FORCE, RESET, WAIT));
    return settings;
  }

  /** Returns the settings of sluice.yaml that are the same in all clusters. */
  static Map<String, JsonNode> sluiceSettings(SettingValues values) {
    Map<String, JsonNode> settings = new LinkedHashMap<>();
    settings.put(
        KafkaSettings.KAFKA.name(),
        TextNode.valueOf(
            values.get(KafkaSetup.PARTS_KAFKA).orElseGet(() -> values.get(KafkaSettings.KAFKA))));
    if (values.isGiven(KafkaSettings.TOPIC_PREFIX)) {
      settings.put(
          KafkaSettings.TOPIC_PREFIX.name(),
          TextNode.valueOf(values.get(KafkaSettings.TOPIC_PREFIX)));
    }
    values
        .get(SETTING)
        .forEach(
            setting ->
                settings.merge(
                    setting.getKey(), TextNode.valueOf(setting.getValue()), InstallSettings::both));
    return settings;
  }

  private static JsonNode both(JsonNode first, JsonNode second) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    if (first instanceof ArrayNode several) {
      list.addAll(several);
    } else {
      list.add(first);
    }
    return list.add(second);
  }
}
