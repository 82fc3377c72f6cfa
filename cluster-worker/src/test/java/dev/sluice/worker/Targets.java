package dev.sluice.worker;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.Approval;
import dev.sluice.contract.event.DeletionPlan;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Adoption;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.fleet.WriteProtection;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicProvisioner;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A dispatcher for tests: writes the sync topic of one cluster. */
final class Targets implements AutoCloseable {

  /** A Deployment; the arguments are fields of its spec and of its container. */
  static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: d}
      spec:
        %s
        selector: {matchLabels: {app: d}}
        template:
          metadata: {labels: {app: d}}
          spec:
            containers: [{name: c, image: "registry.local/app:1", %s}]
      """;

  private final KafkaConnection kafka;
  private final ClusterName cluster;
  private final String namespace;
  private final KafkaProducer<String, byte[]> producer;
  private Policy policy = Policy.DEFAULT;

  Targets(KafkaConnection kafka, ClusterName cluster, String namespace) {
    this.kafka = kafka;
    this.cluster = cluster;
    this.namespace = namespace;
    this.producer = new KafkaProducer<>(kafka.producer("test-dispatcher"));
  }

  /** Has later targets show drift without healing it, unless they state their policy. */
  void showDriftOnly() {
    policy = showing(Policy.DEFAULT);
  }

  /** Returns a policy that shows drift without healing it. */
  static Policy showing(Policy policy) {
    return with(policy, "selfHeal", false);
  }

  /** Returns the default policy with another rule for existing objects. */
  static Policy adopting(Adoption adoption) {
    return with(Policy.DEFAULT, "adopt", adoption);
  }

  /** Returns the default policy with an account that is impersonated. */
  static Policy as(ServiceAccountName account) {
    return as(Policy.DEFAULT, account);
  }

  /** Returns a policy with an account that is impersonated. */
  static Policy as(Policy policy, ServiceAccountName account) {
    return with(policy, "serviceAccount", account);
  }

  /** Returns a policy that protects the objects, with the names of others that may write them. */
  static Policy protecting(Policy policy, String... allow) {
    return with(policy, "protect", new WriteProtection(List.of(allow)));
  }

  /** Returns a policy with another value of a field. */
  static Policy with(Policy policy, String field, Object value) {
    ObjectNode fields = Json.mapper().valueToTree(policy);
    fields.set(field, Json.mapper().valueToTree(value));
    return Json.mapper().convertValue(fields, Policy.class);
  }

  void createTopic() {
    try (Admin admin = Admin.create(kafka.admin())) {
      new TopicProvisioner(admin, kafka.topics()).provision(cluster);
    }
  }

  /** Returns a target of an application at one generation, with each manifest in its own file. */
  SyncEvent.Target target(String application, long generation, String... manifests) {
    return target(application, generation, policy, manifests);
  }

  SyncEvent.Target target(String application, long generation, Policy policy, String... manifests) {
    List<InputFile> files = new ArrayList<>();
    for (int i = 0; i < manifests.length; i++) {
      files.add(new InputFile.Text("%s/%03d.yaml".formatted(application, i), false, manifests[i]));
    }
    return new SyncEvent.Target(
        new ApplicationName(application),
        cluster,
        new Generation(generation),
        new ApplicationSpec(namespace, policy),
        List.of(
            new SourceInputs(
                new RepositoryId("example.org/team/app"),
                GitRef.branch("main"),
                new CommitId("%040x".formatted(generation)),
                application,
                SourceType.PLAIN,
                Optional.empty(),
                RenderOptions.DEFAULT,
                files)),
        false,
        "v1:" + application + generation,
        alone(application, generation));
  }

  /** Returns the target with another type of source at a path, and its files. */
  static SyncEvent.Target withSource(
      SyncEvent.Target target, String path, SourceType type, List<InputFile> files) {
    SourceInputs source = target.sources().getFirst();
    return new SyncEvent.Target(
        target.application(),
        target.cluster(),
        target.generation(),
        target.spec(),
        List.of(
            new SourceInputs(
                source.repository(),
                source.ref(),
                source.commit(),
                path,
                type,
                source.alias(),
                source.options(),
                files)),
        false,
        target.inputDigest(),
        target.provenance());
  }

  /** Returns the target as one of this many records of a batch. */
  static SyncEvent.Target inBatch(SyncEvent.Target target, String batch, int size) {
    return new SyncEvent.Target(
        target.application(),
        target.cluster(),
        target.generation(),
        target.spec(),
        target.sources(),
        target.approved(),
        target.inputDigest(),
        provenance(batch, size));
  }

  /** Returns the record that reports refused sources with the objects of this target. */
  static SourcesEvent.Refused refused(SyncEvent.Target target) {
    return new SourcesEvent.Refused(
        target.application(),
        target.cluster(),
        SourceFailure.MISSING_FILE,
        PossibleObjects.of(target),
        target.provenance());
  }

  /** Returns the same inputs as a later generation, as an operator's resync sends them. */
  static SyncEvent.Target again(SyncEvent.Target target, long generation) {
    return again(target, generation, Optional.empty());
  }

  /** Returns the target with the approval of a plan. */
  static SyncEvent.Target approved(SyncEvent.Target target, long generation, DeletionPlan plan) {
    return again(
        target,
        generation,
        Optional.of(new Approval(plan.digest(), plan.generation(), plan.commit(), "jo")));
  }

  private static SyncEvent.Target again(
      SyncEvent.Target target, long generation, Optional<Approval> approval) {
    return new SyncEvent.Target(
        target.application(),
        target.cluster(),
        new Generation(generation),
        target.spec(),
        target.sources(),
        approval.isPresent(),
        target.inputDigest(),
        target.provenance(),
        approval);
  }

  /** Returns the target with another input digest. */
  static SyncEvent.Target withDigest(SyncEvent.Target target, String digest) {
    return new SyncEvent.Target(
        target.application(),
        target.cluster(),
        target.generation(),
        target.spec(),
        target.sources(),
        target.approved(),
        digest,
        target.provenance());
  }

  SyncEvent.Removal removal(String application, long generation, boolean orphan) {
    return new SyncEvent.Removal(
        new ApplicationName(application),
        cluster,
        new Generation(generation),
        orphan,
        alone(application, generation));
  }

  void send(SyncEvent... events) {
    for (SyncEvent event : events) {
      send(event.id(), event);
    }
  }

  /** Writes an event of any kind. */
  void send(EventId id, Event event) {
    send(
        EventCodec.encode(
            kafka.topics().sync(cluster),
            0,
            new Envelope<>(id, "dispatcher", Instant.now(), TraceParent.start(), event)));
  }

  void send(ProducerRecord<String, byte[]> record) {
    try {
      producer.send(record).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  static String configMap(String name, String value) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: %s
    data:
      key: "%s"
    """
        .formatted(name, value);
  }

  private static Provenance alone(String application, long generation) {
    return provenance(application + generation, 1);
  }

  private static Provenance provenance(String batch, int size) {
    return new Provenance(List.of(), Optional.empty(), Instant.now(), Instant.now(), batch, size);
  }

  @Override
  public void close() {
    producer.close();
  }
}
