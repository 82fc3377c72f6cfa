package dev.sluice.standalone;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The permissions in Kafka that docs/operations.md says the parts need, as ACLs. Each part's user
 * has its name.
 */
final class DocumentedPermissions {

  static final List<String> PARTS = List.of("receiver", "dispatcher", "api", "worker");

  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| ([^|]+) \\| ((?:all |topic|group|transactional)[^|]*) \\| ([^|]+) \\|$");
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  private final Topics topics;
  private final ClusterName cluster;

  private DocumentedPermissions(Topics topics, ClusterName cluster) {
    this.topics = topics;
    this.cluster = cluster;
  }

  /** Returns the ACLs of an installation without archive and CDEvents. */
  static List<AclBinding> of(Topics topics, ClusterName cluster) throws IOException {
    String text = Files.readString(Path.of("../docs/operations.md"));
    DocumentedPermissions permissions = new DocumentedPermissions(topics, cluster);
    List<AclBinding> bindings = new ArrayList<>();
    ROW.matcher(text).results().forEach(row -> bindings.addAll(permissions.row(row)));
    return bindings;
  }

  private List<AclBinding> row(MatchResult row) {
    return parts(row.group(1))
        .flatMap(
            part ->
                patterns(row.group(2)).stream()
                    .flatMap(
                        pattern ->
                            Stream.of(row.group(3).split(", "))
                                .map(operation -> binding(part, pattern, operation))))
        .toList();
  }

  private static Stream<String> parts(String text) {
    if (text.contains("with `--")) {
      return Stream.of();
    }
    return text.equals("all parts")
        ? PARTS.stream()
        : Stream.of(text.split(", ")).map(part -> part.toLowerCase(Locale.ROOT));
  }

  private List<ResourcePattern> patterns(String text) {
    if (text.equals("all topics")) {
      return List.of(
          new ResourcePattern(ResourceType.TOPIC, topics.prefix() + ".", PatternType.PREFIXED));
    }
    ResourceType type =
        text.startsWith("topic")
            ? ResourceType.TOPIC
            : text.startsWith("group") ? ResourceType.GROUP : ResourceType.TRANSACTIONAL_ID;
    return NAME.matcher(text).results().map(name -> pattern(type, name.group(1))).toList();
  }

  private ResourcePattern pattern(ResourceType type, String documented) {
    String name =
        (type == ResourceType.TOPIC ? topics.prefix() + "." + documented : documented)
            .replace("PREFIX", topics.prefix())
            .replace("CLUSTER", cluster.toString());
    return name.endsWith("*")
        ? new ResourcePattern(type, name.substring(0, name.length() - 1), PatternType.PREFIXED)
        : new ResourcePattern(type, name, PatternType.LITERAL);
  }

  private static AclBinding binding(String part, ResourcePattern pattern, String operation) {
    return new AclBinding(
        pattern,
        new AccessControlEntry(
            "User:" + part, "*", AclOperation.fromString(operation), AclPermissionType.ALLOW));
  }
}
