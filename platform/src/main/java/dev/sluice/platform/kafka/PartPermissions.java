package dev.sluice.platform.kafka;

import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.apache.kafka.common.resource.ResourceType.TRANSACTIONAL_ID;

import dev.sluice.contract.name.ClusterName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The permissions in Kafka that the user of a part needs, as ACLs: those of the table in
 * docs/operations.md, without the optional rows of an API that runs as a process of its own.
 */
public final class PartPermissions {

  private static final String ANY_HOST = "*";

  private final Topics topics;
  private final String user;
  private final List<AclBinding> bindings = new ArrayList<>();

  private PartPermissions(Topics topics, String user) {
    this.topics = topics;
    this.user = user;
    allow(TOPIC, topics.heartbeats(), DESCRIBE, WRITE);
  }

  /** Returns the permissions of a receiver. */
  public static List<AclBinding> receiver(Topics topics, String user) {
    return new PartPermissions(topics, user).allow(TOPIC, topics.changes(), DESCRIBE, WRITE).all();
  }

  /** Returns the permissions of a dispatcher, which also suffice for the API that it serves. */
  public static List<AclBinding> dispatcher(Topics topics, String user) {
    PartPermissions permissions = new PartPermissions(topics, user);
    // by name, since the prefix of another installation may begin with this one
    for (String topic :
        List.of(
            topics.changes(),
            topics.state(),
            topics.results(),
            topics.deadLetters(),
            topics.heartbeats(),
            topics.checkpoints(),
            topics.cdEvents())) {
      permissions.allow(TOPIC, topic, CREATE, DESCRIBE, DESCRIBE_CONFIGS, READ, WRITE);
    }
    permissions.allowPrefixed(
        TOPIC, topics.prefix() + ".sync.", CREATE, DESCRIBE, DESCRIBE_CONFIGS, READ, WRITE);
    for (String group :
        List.of(
            "dispatcher",
            "dispatcher-fences",
            "dispatcher-approvals",
            "archive",
            "checkpoints",
            "cdevents")) {
      permissions.allow(GROUP, permissions.own(group), READ);
    }
    permissions.allowPrefixed(TRANSACTIONAL_ID, permissions.own("checkpoints-"), DESCRIBE, WRITE);
    permissions.allowPrefixed(TRANSACTIONAL_ID, permissions.own("home-"), DESCRIBE, WRITE);
    for (String producer : List.of("fleet-intake", "dependency-relay")) {
      permissions.allow(TRANSACTIONAL_ID, permissions.own(producer), DESCRIBE, WRITE);
    }
    return permissions.all();
  }

  /** Returns the permissions of an API that runs as a process of its own. */
  public static List<AclBinding> api(Topics topics, String user) {
    PartPermissions permissions = new PartPermissions(topics, user);
    for (String topic :
        List.of(
            topics.changes(),
            topics.state(),
            topics.results(),
            topics.deadLetters(),
            topics.heartbeats())) {
      permissions.allow(TOPIC, topic, DESCRIBE, DESCRIBE_CONFIGS, READ);
    }
    permissions.allow(TOPIC, topics.changes(), WRITE).allow(TOPIC, topics.deadLetters(), WRITE);
    permissions.allowPrefixed(TOPIC, topics.prefix() + ".sync.", WRITE);
    return permissions.all();
  }

  /** Returns the permissions of the worker of one cluster, which reads no other cluster's topic. */
  public static List<AclBinding> worker(Topics topics, ClusterName cluster, String user) {
    PartPermissions permissions = new PartPermissions(topics, user);
    permissions.allow(TOPIC, topics.sync(cluster), DESCRIBE, READ);
    permissions.allow(TOPIC, topics.results(), DESCRIBE, READ, WRITE);
    permissions.allow(TOPIC, topics.deadLetters(), DESCRIBE, READ, WRITE);
    permissions.allow(TRANSACTIONAL_ID, permissions.own("worker-" + cluster), DESCRIBE, WRITE);
    return permissions.all();
  }

  private String own(String name) {
    return topics.prefix() + "-" + name;
  }

  private PartPermissions allow(ResourceType type, String name, AclOperation... operations) {
    return allow(new ResourcePattern(type, name, PatternType.LITERAL), operations);
  }

  private void allowPrefixed(ResourceType type, String prefix, AclOperation... operations) {
    allow(new ResourcePattern(type, prefix, PatternType.PREFIXED), operations);
  }

  private PartPermissions allow(ResourcePattern pattern, AclOperation... operations) {
    Stream.of(operations)
        .map(
            operation ->
                new AclBinding(
                    pattern,
                    new AccessControlEntry(
                        "User:" + user, ANY_HOST, operation, AclPermissionType.ALLOW)))
        .forEach(bindings::add);
    return this;
  }

  private List<AclBinding> all() {
    return bindings.stream().distinct().toList();
  }
}
