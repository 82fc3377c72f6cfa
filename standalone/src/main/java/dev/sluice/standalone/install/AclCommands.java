package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** A Kafka user and its ACLs, as commands of Kafka's tools and as a KafkaUser of Strimzi. */
record AclCommands(String user, List<AclBinding> bindings) {

  /** Returns the commands; the administrator's client settings are in admin.properties. */
  String kafka(String bootstrapServers) {
    String connection =
        " --bootstrap-server %s --command-config admin.properties".formatted(bootstrapServers);
    // no password in the arguments, which all users of a machine see
    return "kafka-configs.sh%s --alter --entity-type users --entity-name %s --add-config-file /dev/stdin <<EOF%nSCRAM-SHA-512=iterations=4096,password=$PASSWORD%nEOF%n"
            .formatted(connection, user)
        + byResource().entrySet().stream()
            .map(
                entry ->
                    "kafka-acls.sh%s --add --allow-principal User:%s%s %s%n"
                        .formatted(
                            connection,
                            user,
                            entry.getValue().stream()
                                .map(operation -> " --operation " + camelCase(operation))
                                .collect(Collectors.joining()),
                            option(entry.getKey())))
            .collect(Collectors.joining());
  }

  /** Returns the document for Strimzi's user operator. */
  String strimzi() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("apiVersion", "kafka.strimzi.io/v1").put(ObjectNames.KIND, "KafkaUser");
    ObjectNode metadata = document.putObject("metadata").put("name", user);
    metadata.putObject("labels").put("strimzi.io/cluster", "CLUSTER");
    ObjectNode spec = document.putObject("spec");
    spec.putObject("authentication").put("type", "scram-sha-512");
    ArrayNode acls = spec.putObject("authorization").put("type", "simple").putArray("acls");
    byResource()
        .forEach(
            (resource, operations) -> {
              ObjectNode rule = acls.addObject();
              rule.putObject("resource")
                  .put("type", strimziType(resource.resourceType()))
                  .put("name", resource.name())
                  .put(
                      "patternType",
                      resource.patternType() == PatternType.PREFIXED ? "prefix" : "literal");
              ArrayNode all = rule.putArray("operations");
              operations.forEach(operation -> all.add(camelCase(operation)));
            });
    return Yaml.document(document);
  }

  private Map<ResourcePattern, List<AclOperation>> byResource() {
    return bindings.stream()
        .collect(
            Collectors.groupingBy(
                AclBinding::pattern,
                LinkedHashMap::new,
                Collectors.mapping(binding -> binding.entry().operation(), Collectors.toList())));
  }

  /** Returns an ACL for people, such as {@code READ on TOPIC acme.*}. */
  static String shown(AclBinding acl) {
    return "%s on %s %s%s"
        .formatted(
            acl.entry().operation(),
            acl.pattern().resourceType(),
            acl.pattern().name(),
            acl.pattern().patternType() == PatternType.PREFIXED ? "*" : "");
  }

  private static String option(ResourcePattern resource) {
    String type =
        switch (resource.resourceType()) {
          case TRANSACTIONAL_ID -> "--transactional-id ";
          case GROUP -> "--group ";
          default -> "--topic ";
        };
    return type
        + resource.name()
        + (resource.patternType() == PatternType.PREFIXED
            ? " --resource-pattern-type prefixed"
            : "");
  }

  private static String strimziType(ResourceType type) {
    return type == ResourceType.TRANSACTIONAL_ID
        ? "transactionalId"
        : type.name().toLowerCase(Locale.ROOT);
  }

  private static String camelCase(AclOperation operation) {
    StringBuilder text = new StringBuilder();
    for (String word : operation.name().split("_", -1)) {
      text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }
}
