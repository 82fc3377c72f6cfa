package dev.sluice.platform.kafka;

import dev.sluice.platform.kafka.TopicRequirements.Findings;
import dev.sluice.platform.kafka.TopicRequirements.Use;
import dev.sluice.platform.process.KafkaFailures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks existing topics against their {@link TopicRequirements}. */
public final class TopicInspection {

  private static final Logger log = LoggerFactory.getLogger(TopicInspection.class);

  private final Admin admin;
  private final Topics topics;
  private final Replication replication;

  public TopicInspection(Admin admin, Topics topics, Replication replication) {
    this.admin = admin;
    this.topics = topics;
    this.replication = replication;
  }

  /** Returns the settings of existing topics that are weaker than they should be. */
  public List<String> warnings() {
    Map<String, Use> uses = new HashMap<>();
    try {
      for (String name : admin.listTopics().names().get()) {
        use(name).ifPresent(use -> uses.put(name, use));
      }
      Map<String, TopicDescription> found =
          admin.describeTopics(uses.keySet()).allTopicNames().get();
      return check(found, uses).warnings();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "cannot describe the topics: " + e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while looking at the topics", e);
    }
  }

  private Optional<Use> use(String name) {
    if (name.equals(topics.changes())) {
      return Optional.of(Use.CHANGES);
    }
    if (name.equals(topics.state())) {
      return Optional.of(Use.STATE);
    }
    if (name.equals(topics.results()) || name.equals(topics.deadLetters())) {
      return Optional.of(Use.REPORTS);
    }
    if (name.equals(topics.heartbeats())) {
      return Optional.of(Use.HEARTBEATS);
    }
    return name.startsWith(topics.prefix() + ".sync.") ? Optional.of(Use.SYNC) : Optional.empty();
  }

  /**
   * Logs warnings about the topics.
   *
   * @throws IllegalStateException if a topic must not be used
   */
  void require(Map<String, TopicDescription> found, Map<String, Use> uses) {
    Findings findings = check(found, uses);
    findings.warnings().forEach(warning -> log.atWarn().log("{}", warning));
    if (!findings.refusals().isEmpty()) {
      throw new IllegalStateException(
          "the topics do not fit: " + String.join("; ", findings.refusals()));
    }
  }

  private Findings check(Map<String, TopicDescription> found, Map<String, Use> uses) {
    List<String> refusals = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    int brokers = brokers();
    Map<String, Map<String, String>> settings = settings(found.keySet(), warnings);
    new TreeMap<>(found)
        .forEach(
            (name, topic) -> {
              int copies =
                  topic.partitions().stream()
                      .mapToInt(partition -> partition.replicas().size())
                      .min()
                      .orElse(0);
              Map<String, String> known = settings.get(name);
              if (known != null) {
                Findings findings =
                    new TopicRequirements(
                            name, uses.get(name), topic.partitions().size(), copies, known)
                        .check(replication, brokers);
                refusals.addAll(findings.refusals());
                warnings.addAll(findings.warnings());
              }
            });
    return new Findings(refusals, warnings);
  }

  /** Returns the settings by topic; empty if this user may not read them. */
  private Map<String, Map<String, String>> settings(Set<String> names, List<String> warnings) {
    List<ConfigResource> resources =
        names.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
    try {
      Map<String, Map<String, String>> settings = new HashMap<>();
      admin
          .describeConfigs(resources)
          .all()
          .get()
          .forEach(
              (resource, config) ->
                  settings.put(
                      resource.name(),
                      config.entries().stream()
                          .filter(entry -> entry.value() != null)
                          .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value))));
      return settings;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException) {
        warnings.add(
            "the settings of the topics cannot be checked: grant DESCRIBE_CONFIGS on %s to this user"
                .formatted(names));
        return Map.of();
      }
      throw new IllegalStateException(
          "cannot read the settings of topics: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading the settings of topics", e);
    }
  }

  int brokers() {
    try {
      return admin.describeCluster().nodes().get().size();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "cannot read which brokers there are: " + KafkaFailures.describe(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while looking at the brokers", e);
    }
  }
}
