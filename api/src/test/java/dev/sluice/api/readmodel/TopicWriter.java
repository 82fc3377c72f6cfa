package dev.sluice.api.readmodel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.AccessDenied;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.DeletionPlan;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.RefPosition;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.event.Waiting;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes to the topics the records that the programs would write, one second apart. */
public final class TopicWriter implements AutoCloseable {

  public static final RepositoryId REPOSITORY = new RepositoryId("git.example/shop");
  public static final GitRef MAIN = GitRef.branch("main");
  public static final String PLAN = "f".repeat(64);
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Topics topics;
  private final KafkaProducer<String, byte[]> producer;
  private final List<Future<?>> sent = new ArrayList<>();
  private long second;
  private Optional<Instant> fixed = Optional.empty();

  public TopicWriter(KafkaConnection connection) {
    this.topics = connection.topics();
    this.producer = new KafkaProducer<>(connection.producer("topic-writer"));
  }

  /**
   * Writes a small fleet: web in east, where its commit is applied, and in west, where it is
   * parked; and api in west, which nothing was sent for.
   */
  public TopicWriter smallFleet() {
    defined("web", "east", "west")
        .defined("api", "west")
        .pushed(1)
        .merged(1, 42)
        .dispatched("web", "east", 1, 1)
        .applied("web", "east", 1, 1)
        .dispatched("web", "west", 1, 1)
        .parked("web", "west", 1, 1)
        .flush();
    return this;
  }

  public static CommitId commit(int number) {
    return new CommitId("%040x".formatted(0xabcdef0000L + number));
  }

  /** Defines an application with one source. */
  public TopicWriter defined(String application, String... clusters) {
    return state(application, Map.of(), clusters);
  }

  public TopicWriter state(
      String application, Map<ClusterName, StateRecord.Hold> holds, String... clusters) {
    return state(definition(application, clusters), holds);
  }

  /** Writes the state of a definition whose sources were all read. */
  public TopicWriter state(Definition definition, Map<ClusterName, StateRecord.Hold> holds) {
    definition.sources().forEach(source -> read(source.repository(), source.ref()));
    return unread(definition, holds);
  }

  /** Writes that new inputs of an application wait for something. */
  public TopicWriter withheld(
      String application,
      ClusterName cluster,
      Withheld.Cause cause,
      String waitsFor,
      Instant since,
      Map<ClusterName, StateRecord.Hold> holds) {
    return withheld(
        definition(application, cluster.value()),
        Map.of(),
        holds,
        cluster,
        new Withheld(
            cause,
            waitsFor,
            since,
            Optional.of(commit(1)),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  /** Writes that inputs of an application wait for something. */
  public TopicWriter withheld(
      Definition definition,
      Map<ClusterName, StateRecord.Dispatched> dispatched,
      Map<ClusterName, StateRecord.Hold> holds,
      ClusterName cluster,
      Withheld withheld) {
    definition.sources().forEach(source -> read(source.repository(), source.ref()));
    return write(
        "withheld/" + definition.application(),
        new ApplicationState(
            definition.application(),
            Optional.of(definition),
            "revision-1",
            dispatched,
            Map.of(),
            holds,
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(Map.of(cluster, withheld))));
  }

  public TopicWriter read(RepositoryId repository, GitRef ref) {
    return write(
        "read/" + repository + "#" + ref,
        new RefState(repository, ref, Optional.of(commit(1)), Optional.empty())
            .withMore(1)
            .read(now()));
  }

  /** Writes that {@code main} has got further commits, of which this is the newest. */
  public TopicWriter evaluated(int commit) {
    return write(
        "evaluated/" + commit,
        new RefState(REPOSITORY, MAIN, Optional.of(commit(commit)), Optional.empty())
            .withMore(commit)
            .read(now()));
  }

  public TopicWriter unreadable(RepositoryId repository, GitRef ref, String reason) {
    return write(
        "unreadable/" + repository + "#" + ref,
        new RefState(repository, ref, Optional.of(commit(1)), Optional.empty())
            .read(now().minusSeconds(1))
            .unreadable(
                new StateRecord.Unreadable(
                    now(), reason, Optional.of(SourceFailure.REPOSITORY_NOT_FOUND))));
  }

  /** Writes the state of a definition whose sources were never read. */
  public TopicWriter unread(Definition definition, Map<ClusterName, StateRecord.Hold> holds) {
    ApplicationName application = definition.application();
    return write(
        "state/" + application,
        new ApplicationState(
            application,
            Optional.of(definition),
            "revision-1",
            Map.of(),
            Map.of(),
            holds,
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  public static Definition definition(String application, String... clusters) {
    return definition(application, REPOSITORY, MAIN, clusters);
  }

  /** Returns a definition with a source on this ref. */
  public static Definition definition(
      String application, RepositoryId repository, GitRef ref, String... clusters) {
    return new Definition(
        new ApplicationName(application),
        List.of(
            new SourceSpec(
                repository,
                "https://" + repository,
                Optional.empty(),
                Optional.empty(),
                ref,
                "apps/" + application,
                Optional.empty(),
                Optional.empty(),
                RenderOptions.DEFAULT)),
        List.of(clusters).stream()
            .map(cluster -> new ClusterTarget(new ClusterName(cluster), Map.of()))
            .toList(),
        new ApplicationSpec("default", Policy.DEFAULT),
        false);
  }

  /** Writes a webhook about any repository, in which the forge reports a move of a branch. */
  public TopicWriter pushed(String endpoint, String repository, String branch, int commit) {
    return write(
        "push/%s/%s/%s/%d".formatted(endpoint, repository, branch, commit),
        new ChangeEvent.RefChanged(
            new RepositoryId(repository),
            GitRef.branch(branch),
            Optional.empty(),
            Optional.of(commit(commit)),
            new Origin.Webhook(endpoint, "delivery-" + commit, Optional.of("octocat"), now())));
  }

  /** Writes a change that a poll of refs found. */
  public TopicWriter swept(int commit) {
    return write(
        "sweep/" + commit,
        new ChangeEvent.RefChanged(
            REPOSITORY,
            MAIN,
            Optional.empty(),
            Optional.of(commit(commit)),
            new Origin.Poll(now())));
  }

  /** Writes that Git did not show in time the commit that a push reported. */
  public TopicWriter unmet(int expected, int evaluated) {
    return write(
        "unmet/" + expected,
        new RefState(REPOSITORY, MAIN, Optional.empty(), Optional.empty())
            .at(
                Optional.of(commit(evaluated)),
                Optional.empty(),
                Optional.empty(),
                Optional.of(
                    new StateRecord.Unmet(
                        commit(expected),
                        Optional.of(commit(evaluated)),
                        List.of(new EventId("push/" + expected)),
                        now())))
            .read(now()));
  }

  /** Writes a merge of which only the request's newest commit is known. */
  public TopicWriter mergedByFastForward(int head, long number) {
    return write(
        "merge/" + number,
        new ChangeEvent.MergeRecorded(
            REPOSITORY,
            MAIN,
            Optional.empty(),
            Optional.empty(),
            Optional.of(commit(head)),
            number,
            "Newer web server",
            Optional.of("author"),
            Optional.of("merger"),
            Optional.empty(),
            new Origin.Webhook("hub", "merge-" + number, Optional.of("merger"), now()),
            Optional.of("%012x".formatted(number))));
  }

  public TopicWriter pushed(int commit) {
    return pushed(REPOSITORY, MAIN, commit);
  }

  public TopicWriter pushed(RepositoryId repository, GitRef ref, int commit) {
    Instant at = now();
    return write(
        "push/" + commit,
        new ChangeEvent.RefChanged(
            repository,
            ref,
            Optional.empty(),
            Optional.of(commit(commit)),
            new Origin.Webhook("hub", "delivery-" + commit, Optional.of("octocat"), at)));
  }

  public TopicWriter merged(int commit, long number) {
    return merged(REPOSITORY, commit, number);
  }

  public TopicWriter merged(RepositoryId repository, int commit, long number) {
    return write(
        "merge/" + number,
        new ChangeEvent.MergeRecorded(
            repository,
            MAIN,
            Optional.of(commit(commit)),
            Optional.empty(),
            Optional.empty(),
            number,
            "Newer web server",
            Optional.of("author"),
            Optional.of("merger"),
            Optional.of("https://%s/pull/%d".formatted(repository, number)),
            new Origin.Webhook("hub", "merge-" + number, Optional.of("merger"), now()),
            Optional.of("%012x".formatted(number))));
  }

  public TopicWriter dispatched(String application, String cluster, long generation, int commit) {
    return dispatched(application, cluster, generation, commit, "push/" + commit);
  }

  public TopicWriter dispatched(
      String application, String cluster, long generation, int commit, String cause) {
    return write(
        "dispatched/%s/%s/%d".formatted(cluster, application, generation),
        new ResultEvent.Dispatched(
            subject(application, cluster, generation, commit),
            Optional.of("digest-" + commit),
            "apps/%s/deployment.yaml".formatted(application),
            new Provenance(
                List.of(new EventId(cause)), Optional.of("octocat"), now(), now(), "batch", 1),
            Optional.of(List.of(new RefPosition(REPOSITORY, MAIN, commit))),
            Optional.empty()));
  }

  /** Reports that the removal of an application was sent. */
  public TopicWriter removing(String application, String cluster, long generation) {
    return write(
        "dispatched/%s/%s/%d".formatted(cluster, application, generation),
        new ResultEvent.Dispatched(
            subject(application, cluster, generation, 1),
            Optional.empty(),
            "",
            new Provenance(
                List.of(new EventId("push/1")), Optional.empty(), now(), now(), "batch", 1)));
  }

  public TopicWriter applied(String application, String cluster, long generation, int commit) {
    Instant at = now();
    return write(
        "applied/%s/%s/%d".formatted(cluster, application, generation),
        new ResultEvent.Applied(
            subject(application, cluster, generation, commit),
            List.of(
                new ObjectChange(
                    new ObjectRef("apps/v1", "Deployment", "default", application),
                    ObjectChange.Action.CONFIGURED)),
            3,
            new ResultEvent.Timings(at, at, at, at),
            Optional.of("plain")));
  }

  public TopicWriter planned(
      String application, String cluster, long generation, int commit, String renderer) {
    return write(
        "planned/%s/%s/%d".formatted(cluster, application, generation),
        new ResultEvent.Planned(
            subject(application, cluster, generation, commit), List.of(), renderer));
  }

  public TopicWriter unchanged(
      String application, String cluster, long generation, int commit, String renderer) {
    return write(
        "unchanged/%s/%s/%d".formatted(cluster, application, generation),
        new ResultEvent.Unchanged(
            subject(application, cluster, generation, commit), 3, Optional.of(renderer)));
  }

  /** Reports a generation without changes that has fields with generated values. */
  public TopicWriter generating(
      String application, String cluster, long generation, int commit, String... fields) {
    return write(
        "unchanged/%s/%s/%d".formatted(cluster, application, generation),
        new ResultEvent.Unchanged(
            subject(application, cluster, generation, commit),
            3,
            Optional.of("helm"),
            Optional.of(List.of(fields))));
  }

  public TopicWriter superseded(
      String application, String cluster, long generation, int commit, long by) {
    return write(
        "superseded/%s/%s/%d".formatted(cluster, application, generation),
        new ResultEvent.Superseded(
            subject(application, cluster, generation, commit), new Generation(by)));
  }

  public TopicWriter parked(String application, String cluster, long generation, int commit) {
    Subject subject = subject(application, cluster, generation, commit);
    String key = cluster + "/" + application;
    String entry = key + "/" + generation;
    write(
        "parked/" + entry,
        new ResultEvent.Parked(subject, failure(application), "a new generation"));
    return write(
        "dead-letter-opened/" + entry,
        new DeadLetterEvent.Opened(
            DeadLetterId.of(subject),
            key,
            Optional.of(subject),
            failure(application),
            1,
            OriginalRecord.at("sluice.sync." + cluster, 0, 7),
            Optional.empty()));
  }

  /**
   * Writes that deletions of a generation wait for an approval; the plan's digest is {@link #PLAN}.
   */
  public TopicWriter guarded(String application, String cluster, long generation, int commit) {
    return write(
        "guarded/%s/%s/%d".formatted(cluster, application, generation),
        new ResultEvent.Parked(
            subject(application, cluster, generation, commit),
            new Failure(
                    ApplyFailure.PRUNE_LIMIT,
                    "3 of 4 objects would be deleted: approve it",
                    Failure.Stage.PRUNE,
                    Optional.empty())
                .awaiting(
                    new DeletionPlan(
                        PLAN,
                        new Generation(generation),
                        Optional.of(commit(commit)),
                        List.of(),
                        0,
                        List.of())),
            "an approval"));
  }

  /** Reports that the first wave waits for a Deployment. */
  public TopicWriter waiting(String application, String cluster, long generation, int commit) {
    return write(
        "waiting/%s/%s/%d".formatted(cluster, application, generation),
        new Waiting(
            subject(application, cluster, generation, commit),
            "Sync wave 1",
            List.of(
                new ObservedObject(
                    new ObjectRef("apps/v1", "Deployment", "shop", "web"),
                    Health.PROGRESSING,
                    "1 of 3 replicas are ready",
                    List.of())),
            Optional.of(2),
            Instant.EPOCH));
  }

  public TopicWriter retrying(
      String application, String cluster, long generation, int commit, int attempt) {
    return write(
        "retrying/%s/%s/%d/%d".formatted(cluster, application, generation, attempt),
        new ResultEvent.Retrying(
            subject(application, cluster, generation, commit),
            attempt,
            Duration.ofSeconds(1),
            new Failure(
                ApplyFailure.UNREACHABLE,
                "the API server does not answer",
                Failure.Stage.APPLY,
                Optional.empty())));
  }

  public TopicWriter fenced(
      String application, String cluster, long generation, int commit, long ledger) {
    return write(
        "fenced/%s/%s/%d".formatted(cluster, application, generation),
        new ResultEvent.Fenced(
            subject(application, cluster, generation, commit), new Generation(ledger)));
  }

  /** Reports that a further attempt of a parked generation failed. */
  public TopicWriter retried(String application, String cluster, long generation, int attempts) {
    String key = cluster + "/" + application;
    return write(
        "dead-letter-retried/%s/%d/%d".formatted(key, generation, attempts),
        new DeadLetterEvent.Retried(
            new DeadLetterId(key + "/" + generation), key, attempts, failure(application)));
  }

  public TopicWriter closed(String application, String cluster, long generation, long by) {
    return closed(application, cluster, generation, by, DeadLetterEvent.Closed.Reason.SUCCEEDED);
  }

  public TopicWriter closed(
      String application,
      String cluster,
      long generation,
      long by,
      DeadLetterEvent.Closed.Reason reason) {
    String key = cluster + "/" + application;
    return write(
        "dead-letter-closed/" + key + "/" + generation,
        new DeadLetterEvent.Closed(new DeadLetterId(key + "/" + generation), key, reason, by));
  }

  /** Closes a dead letter by an operator. */
  public TopicWriter discarded(
      String application, String cluster, long generation, String by, String why) {
    String key = cluster + "/" + application;
    return write(
        "dead-letter-discarded/" + key + "/" + generation,
        DeadLetterEvent.Closed.discarded(
            new DeadLetterId(key + "/" + generation),
            key,
            Optional.of(new Generation(generation)),
            by,
            why,
            Optional.empty()));
  }

  /** Writes a record that cannot be decoded. */
  public TopicWriter garbage() {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(topics.results(), 0, "x", "{".getBytes(UTF_8));
    record.headers().add("ce_type", "dev.sluice.applied.v1".getBytes(UTF_8));
    sent.add(producer.send(record));
    return this;
  }

  /** Writes that an application was removed from a cluster, as the last record of its ledger. */
  public TopicWriter tombstone(String application, String cluster) {
    String key = "ledger/%s/%s".formatted(cluster, application);
    sent.add(producer.send(new ProducerRecord<>(topics.heartbeats(), key, null)));
    return this;
  }

  /** Writes a result of an unknown type. */
  public TopicWriter unknown() {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(topics.results(), 0, "x", "{}".getBytes(UTF_8));
    record.headers().add("ce_type", "dev.sluice.invented.v9".getBytes(UTF_8));
    sent.add(producer.send(record));
    return this;
  }

  /** Sets the time of the following records. */
  public TopicWriter at(Instant time) {
    fixed = Optional.of(time);
    return this;
  }

  public TopicWriter write(String id, Event event) {
    String topic =
        switch (event) {
          case ChangeEvent _ -> topics.changes();
          case ResultEvent _ -> topics.results();
          case DeadLetterEvent _ -> topics.deadLetters();
          case StateRecord _ -> topics.state();
          case Heartbeat _, Heartbeat.LedgerReport _ -> topics.heartbeats();
          case AccessDenied _ -> topics.results();
          case Checkpoint _ -> topics.checkpoints();
          case QuestionEvent question -> topics.sync(question.cluster());
          case SourcesEvent sources -> topics.sync(sources.cluster());
          case SuspensionEvent suspension -> topics.sync(suspension.cluster());
          case SyncEvent sync -> topics.sync(sync.cluster());
        };
    second++;
    sent.add(
        producer.send(
            EventCodec.encode(
                topic,
                new Envelope<>(new EventId(id), "test", now(), TraceParent.start(), event))));
    return this;
  }

  /** Waits until all records are in the topics. */
  public void flush() {
    for (Future<?> one : sent) {
      try {
        one.get();
      } catch (ExecutionException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    sent.clear();
  }

  public Instant now() {
    return fixed.orElseGet(() -> START.plusSeconds(second));
  }

  public static Subject subject(String application, String cluster, long generation, int commit) {
    return new Subject(
        new ClusterName(cluster),
        new ApplicationName(application),
        new Generation(generation),
        Optional.of(commit(commit)),
        EventId.of("sync", cluster, application, generation));
  }

  private static Failure failure(String application) {
    return new Failure(
        ApplyFailure.INVALID,
        "spec.replicas is not a number: write one",
        Failure.Stage.APPLY,
        Optional.of(new ObjectRef("apps/v1", "Deployment", "default", application)));
  }

  @Override
  public void close() {
    producer.close();
  }
}
