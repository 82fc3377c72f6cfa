package dev.sluice.standalone.install;

import static dev.sluice.standalone.install.ObjectNames.KIND;
import static dev.sluice.standalone.install.ObjectNames.WORKER;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * Objects of Sluice in one cluster: those of k8s/base, with the names, the image and the settings
 * of one installation.
 *
 * @param image repository with tag or digest; empty for that of k8s/base
 * @param settings of sluice.yaml, which are added to those of the files or replace them
 * @param fleet files of the fleet's ConfigMap; empty for those of k8s/base
 */
record Installation(
    Parts parts,
    ObjectNames names,
    Rights rights,
    Optional<String> image,
    Map<String, JsonNode> settings,
    Map<String, String> fleet) {

  /** Directory where all parts find the Kafka client's settings. */
  static final String KAFKA_MOUNT = "/etc/sluice/kafka";

  /** Name of the file in {@link #KAFKA_MOUNT}, and of the key in the Secret. */
  static final String KAFKA_PROPERTIES = "kafka.properties";

  private static final String BASE = "base/";
  private static final Set<String> WORKLOADS = Set.of("Deployment", "StatefulSet");
  private static final Set<String> CLUSTER_WIDE =
      Set.of("Namespace", "ClusterRole", "ClusterRoleBinding");

  /** The parts that a cluster has. */
  enum Parts {
    /** Receiver, dispatcher and the worker of the same cluster. */
    ALL,
    /** Receiver and dispatcher. */
    HUB,
    /** The worker only. */
    WORKER;

    private boolean have(JsonNode object) {
      boolean isWorkers = object.at("/metadata/name").asText().equals(ObjectNames.WORKER);
      return this == ALL
          || object.path(KIND).asText().equals("Namespace")
          || isWorkers == (this == WORKER);
    }
  }

  /** Returns the image that k8s/base names. */
  static String baseImage() {
    JsonNode image = kustomization().at("/images/0");
    return image.path("name").asText() + ":" + image.path("newTag").asText();
  }

  /** Returns the objects in the order in which they are applied. */
  List<ObjectNode> objects() {
    List<ObjectNode> objects = new ArrayList<>();
    for (JsonNode file : kustomization().path("resources")) {
      DeploymentFiles.documents(BASE + file.asText()).stream()
          .filter(parts::have)
          .filter(this::isGranted)
          .forEach(objects::add);
    }
    ObjectNode settingsFile =
        configMap("sluice", Map.of("sluice.yaml", Yaml.document(sluiceYaml())));
    objects.add(1, settingsFile);
    if (parts != Parts.WORKER) {
      objects.add(2, configMap("sluice-fleet", fleetFiles()));
    }
    String checksum = sha256(settingsFile.at("/data/sluice.yaml").asText());
    objects.forEach(object -> complete(object, checksum));
    return objects;
  }

  /** Returns whether an object has pods. */
  static boolean isWorkload(JsonNode object) {
    return WORKLOADS.contains(object.path(KIND).asText());
  }

  /** Returns whether an object gives rights in the whole cluster. */
  static boolean isClusterRight(JsonNode object) {
    return object.path(KIND).asText().startsWith("ClusterRole");
  }

  /** Returns the settings of the pods. */
  ObjectNode sluiceYaml() {
    ObjectNode merged =
        DeploymentFiles.document(
            parts == Parts.WORKER ? "overlays/worker/sluice.yaml" : BASE + "sluice.yaml");
    names.kafkaSecret().ifPresent(_ -> merged.put("kafka-properties", mounted(KAFKA_PROPERTIES)));
    merged.setAll(names.settings());
    merged.setAll(settings);
    return merged;
  }

  /** Returns the files of the fleet's ConfigMap. */
  Map<String, String> fleetFiles() {
    return fleet.isEmpty()
        ? Map.of("clusters.yaml", DeploymentFiles.text(BASE + "fleet/clusters.yaml"))
        : fleet;
  }

  private static ObjectNode kustomization() {
    return DeploymentFiles.document(BASE + "kustomization.yaml");
  }

  private boolean isGranted(ObjectNode object) {
    return rights != Rights.NONE || !isClusterRight(object);
  }

  static String mounted(String file) {
    return KAFKA_MOUNT + "/" + file;
  }

  private static ObjectNode configMap(String name, Map<String, String> data) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "v1").put(KIND, "ConfigMap");
    object.putObject("metadata").put("name", name);
    ObjectNode files = object.putObject("data");
    data.forEach(files::put);
    return object;
  }

  private void complete(ObjectNode object, String checksum) {
    String kind = object.path(KIND).asText();
    if (kind.equals("ClusterRole") && rights == Rights.NARROW) {
      object.set("rules", DeploymentFiles.document("narrow/worker-rights.yaml").path("rules"));
    }
    if (isWorkload(object)) {
      completePods(object.withObject("/spec/template"), checksum);
    }
    names.apply(object, !CLUSTER_WIDE.contains(kind));
    kustomization()
        .at("/labels/0/pairs")
        .properties()
        .forEach(
            label -> object.withObject("/metadata/labels").set(label.getKey(), label.getValue()));
  }

  private void completePods(ObjectNode pods, String checksum) {
    // changed settings restart the pods
    pods.withObject("/metadata/annotations").put("checksum/settings", checksum);
    ObjectNode container = (ObjectNode) pods.at("/spec/containers/0");
    container.put("image", image.orElseGet(Installation::baseImage));
    names
        .kafkaSecret()
        .ifPresent(
            secret -> {
              container
                  .withArray("volumeMounts")
                  .addObject()
                  .put("name", "kafka")
                  .put("mountPath", KAFKA_MOUNT)
                  .put("readOnly", true);
              pods.withObject("/spec")
                  .withArray("volumes")
                  .addObject()
                  .put("name", "kafka")
                  .putObject("secret")
                  .put("secretName", secret)
                  .put("defaultMode", 0440);
            });
    names
        .webhookSecret()
        .ifPresent(
            secret ->
                StreamSupport.stream(pods.at("/spec/volumes").spliterator(), false)
                    .filter(volume -> volume.path("name").asText().equals("webhooks"))
                    .forEach(
                        volume -> ((ObjectNode) volume.path("secret")).put("secretName", secret)));
  }

  static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
