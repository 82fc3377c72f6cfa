package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.worker.ledger.LedgerNames;
import dev.sluice.worker.protect.ProtectionPolicy;
import java.util.Optional;

/**
 * Names of an installation's objects in a cluster.
 *
 * @param installation id of the installation
 * @param kafkaSecret Secret with the settings of the Kafka client; empty for a Kafka without users
 * @param webhookSecret Secret with the secrets of webhooks; empty for that of k8s/base
 */
record ObjectNames(
    String namespace,
    String installation,
    Optional<String> kafkaSecret,
    Optional<String> webhookSecret) {

  static final String KIND = "kind";

  /** Name of the worker's objects, in the cluster and in its namespace. */
  static final String WORKER = "sluice-worker";

  static final String DISPATCHER = "sluice-dispatcher";
  static final String RECEIVER = "sluice-receiver";

  static final String BASE_NAMESPACE = "sluice-system";
  static final String BASE_INSTALLATION = "default";

  /** Returns the settings that these names need: none if they are those of k8s/base. */
  ObjectNode settings() {
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    if (!namespace.equals(BASE_NAMESPACE)) {
      settings.put("system-namespace", namespace);
    }
    if (!installation.equals(BASE_INSTALLATION)) {
      settings.put("installation", installation);
    }
    return settings;
  }

  /** Sets the namespace of an object and of the ServiceAccounts that it refers to. */
  void apply(ObjectNode object, boolean isNamespaced) {
    ObjectNode metadata = object.withObject("/metadata");
    if (object.path(KIND).asText().equals("Namespace")) {
      metadata.put("name", namespace);
    } else if (isNamespaced) {
      metadata.put("namespace", namespace);
    }
    for (JsonNode subject : object.path("subjects")) {
      ((ObjectNode) subject).put("namespace", namespace);
    }
    for (JsonNode rule : object.path("rules")) {
      if (rule.path("resourceNames") instanceof ArrayNode resources) {
        for (int i = 0; i < resources.size(); i++) {
          resources.set(i, TextNode.valueOf(named(resources.get(i).asText())));
        }
      }
    }
  }

  private String named(String resource) {
    return resource.equals(LedgerNames.KEY_PREFIX + BASE_INSTALLATION)
        ? LedgerNames.KEY_PREFIX + installation
        : resource;
  }

  /** Returns the name of the objects that refuse writes by others. */
  String protection() {
    return ProtectionPolicy.PREFIX + installation;
  }
}
