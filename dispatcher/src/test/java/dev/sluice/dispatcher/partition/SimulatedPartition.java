package dev.sluice.dispatcher.partition;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.Verification;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.decide.EvaluationDecider;
import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.decide.OutgoingRecord;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.evaluate.Evaluation;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.EvaluationRequest;
import dev.sluice.dispatcher.evaluate.InputInspector;
import dev.sluice.dispatcher.evaluate.Recomputation;
import dev.sluice.dispatcher.recorded.RecordedTargets;
import dev.sluice.inputs.closure.ClosureIndex;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.DefinitionResolver;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.Repositories;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Replication;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.LargePayloads;
import dev.sluice.platform.telemetry.Tracing;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One partition with its topics in memory, whose steps are taken one at a time on the caller's
 * thread: everything that decides is the real code, and only the order of the steps is the test's.
 */
final class SimulatedPartition implements AutoCloseable {

  private static final RetryTiming TIMING =
      new RetryTiming(Duration.ofSeconds(30), Duration.ofMillis(500), Duration.ofMinutes(3));

  private final Repositories forge;
  private final PartitionContext context;
  private final AdvancingClock clock = new AdvancingClock();
  private final List<ConsumerRecord<String, byte[]>> changes = new ArrayList<>();
  private final Map<String, StateRecord> stateTopic = new LinkedHashMap<>();
  private final List<Event> written = new ArrayList<>();
  private final ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(1);
  private long committed;
  private Session session;

  /**
   * Creates a partition.
   *
   * @param unused a directory for mirrors that nothing fetches
   */
  SimulatedPartition(Repositories forge, Path unused) {
    this.forge = forge;
    KafkaConnection connection =
        new KafkaConnection("no-broker:9092", new Topics("sluice"), Map.of());
    LargePayloads payloads = LargePayloads.of(1);
    this.context =
        new PartitionContext(
            connection,
            1,
            Replication.AUTOMATIC,
            new Mirrors(unused, clock),
            Remotes.NONE,
            new RecordedTargets(connection, Optional.empty(), payloads),
            payloads,
            TIMING,
            clock,
            threads,
            DispatchListener.NONE,
            Tracing.OFF);
    this.session = new Session();
  }

  /** Appends an event to {@code changes}. */
  void append(EventId id, ChangeEvent event) {
    append(
        EventCodec.encode(
            context.connection().topics().changes(),
            new Envelope<>(id, "test", clock.instant(), TraceParent.start(), event)));
  }

  private void append(ProducerRecord<String, byte[]> record) {
    ConsumerRecord<String, byte[]> appended =
        new ConsumerRecord<>(record.topic(), 0, changes.size(), record.key(), record.value());
    record.headers().forEach(appended.headers()::add);
    changes.add(appended);
  }

  /** Returns the records of the other topics, in order. */
  List<Event> written() {
    return written;
  }

  PartitionState state() {
    return session.state;
  }

  /** Returns the number of events that would be read again after a restart. */
  long uncommitted() {
    return changes.size() - committed;
  }

  /** Returns whether nothing is left to do except polls. */
  boolean isAtRest() {
    return session.isAtRest();
  }

  void advance(Duration time) {
    clock.now = clock.now.plus(time);
  }

  /** Loses everything that is not written, and starts again from the topics. */
  void crash() {
    session.close();
    session = new Session();
  }

  /** Handles the next event of {@code changes}; returns whether there was one. */
  boolean receive() {
    return session.receive();
  }

  /** Runs one of the started evaluations; returns whether there was one. */
  boolean evaluate(RandomGenerator random) {
    return session.evaluate(random);
  }

  /** Handles the next input of the loop; returns whether there was one. */
  boolean handle() {
    return session.handle();
  }

  /** Lets one of the timers expire, but no poll; returns whether there was one. */
  boolean expire(RandomGenerator random) {
    return session.expire(random);
  }

  /** Lets the polls become due that are scheduled now. */
  void poll() {
    session.poll();
  }

  /** Commits the transaction. */
  void write() {
    session.write();
  }

  @Override
  public void close() {
    session.close();
    context.mirrors().close();
    threads.shutdownNow();
  }

  /** State of the process in memory, which a crash loses. */
  private final class Session implements Evaluations {

    private record Timer(Duration delay, PartitionInput input, CompletableFuture<Void> canceled) {}

    final PartitionState state;
    private final Deque<PartitionInput> inputs = new ArrayDeque<>();
    private final List<EvaluationRequest> started = new ArrayList<>();
    private final List<Timer> timers = new ArrayList<>();
    private final OffsetTracker offsets = new OffsetTracker(committed);
    private final TransactionBatch batch = new TransactionBatch(offsets);
    private final Evaluation evaluation;
    private final EventHandler events;
    private final RefScheduler scheduler;
    private final Rebuilds rebuilds;
    private final RestoreChecks restores;
    private boolean isWritten;

    Session() {
      InputInspector inspector =
          new InputInspector(
              new DefinitionResolver(new ClosureResolver(Remotes.NONE)), new ClosureIndex());
      state = new PartitionState(inspector::define);
      stateTopic.values().forEach(state::replay);
      evaluation = new Evaluation(forge, inspector, clock);
      EventDecider decider = new EventDecider(state, 0);
      EvaluationDecider deciding =
          new EvaluationDecider(state, context.connection().topics().changes(), 0);
      RecordedReads recorded =
          new RecordedReads(context.recorded(), state, decider, threads, inputs::add);
      scheduler = new RefScheduler(state, deciding, this, recorded, context);
      rebuilds =
          new Rebuilds(
              new Recomputation(context.connection(), context.mirrors(), Remotes.NONE, clock, 0),
              decider,
              inputs::add);
      restores = new RestoreChecks(context.mirrors(), inputs::add, Duration.ofSeconds(1));
      CommandHandler commands =
          new CommandHandler(
              state, decider, scheduler, rebuilds, new CommandLookups(restores, recorded), clock);
      events = new EventHandler(state, decider, scheduler, commands, new Placement(1, 0), context);
      scheduler.resume(batch);
      write();
    }

    void close() {
      rebuilds.close();
      restores.close();
    }

    @Override
    public void start(EvaluationRequest request) {
      started.add(request);
    }

    @Override
    public Future<?> after(Duration delay, PartitionInput input) {
      Timer timer = new Timer(delay, input, new CompletableFuture<>());
      timers.add(timer);
      return timer.canceled();
    }

    @Override
    public void readKeys(RefKey key, Set<Verification> which, Duration delay) {
      throw new UnsupportedOperationException("no repository is verified");
    }

    boolean receive() {
      if (offsets.next() >= changes.size()) {
        return false;
      }
      ConsumerRecord<String, byte[]> record = changes.get((int) offsets.next());
      isWritten = false;
      batch.start(record.offset());
      Optional<String> halted = events.handle(record, batch);
      halted.ifPresent(
          reason -> {
            throw new AssertionError(reason);
          });
      return true;
    }

    boolean evaluate(RandomGenerator random) {
      if (started.isEmpty()) {
        return false;
      }
      EvaluationRequest request = started.remove(random.nextInt(started.size()));
      List<CompletableFuture<Void>> batches = new ArrayList<>();
      EvaluationOutcome outcome;
      try {
        outcome =
            evaluation.run(
                request,
                context.payloads(),
                findings -> {
                  CompletableFuture<Void> isWritten = new CompletableFuture<>();
                  batches.add(isWritten);
                  inputs.add(new PartitionInput.BatchFound(request.key(), findings, isWritten));
                });
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      PartitionInput ended =
          new PartitionInput.EvaluationEnded(
              request.key(), request.aim(), outcome, Optional.empty());
      // an evaluation goes on only when its findings are written
      var unused =
          CompletableFuture.allOf(batches.toArray(CompletableFuture[]::new))
              .thenRun(() -> inputs.add(ended));
      return true;
    }

    boolean handle() {
      if (inputs.isEmpty()) {
        return false;
      }
      isWritten = false;
      scheduler.handle((PartitionInput.RefInput) inputs.removeFirst(), batch);
      return true;
    }

    boolean isAtRest() {
      return offsets.next() >= changes.size()
          && started.isEmpty()
          && inputs.isEmpty()
          && timers(false).isEmpty()
          && isWritten;
    }

    boolean expire(RandomGenerator random) {
      List<Timer> due = timers(false);
      if (due.isEmpty()) {
        return false;
      }
      Timer timer = due.get(random.nextInt(due.size()));
      timers.remove(timer);
      advance(timer.delay());
      inputs.add(timer.input());
      return true;
    }

    void poll() {
      List<Timer> due = timers(true);
      timers.removeAll(due);
      due.forEach(timer -> inputs.add(timer.input()));
    }

    private List<Timer> timers(boolean polls) {
      timers.removeIf(timer -> timer.canceled().isCancelled());
      return timers.stream()
          .filter(timer -> timer.input() instanceof PartitionInput.PollDue == polls)
          .toList();
    }

    void write() {
      for (OutgoingRecord outgoing : batch.records()) {
        outgoing.requireFit();
        Event event = outgoing.envelope().event();
        switch (event) {
          case StateRecord record -> stateTopic.put(record.key(), replayed(outgoing));
          case ChangeEvent _ -> append(outgoing.record(context.connection().topics(), 0));
          default -> written.add(event);
        }
      }
      OptionalLong offset = offsets.toCommit();
      if (offset.isPresent()) {
        committed = offset.getAsLong();
        offsets.committed(committed);
      }
      isWritten = true;
      batch.committed().forEach(Runnable::run);
    }

    /** Returns the record as it is read from the topic. */
    private StateRecord replayed(OutgoingRecord outgoing) {
      ProducerRecord<String, byte[]> sent = outgoing.record(context.connection().topics(), 0);
      ConsumerRecord<String, byte[]> read =
          new ConsumerRecord<>(sent.topic(), 0, 0, sent.key(), sent.value());
      sent.headers().forEach(read.headers()::add);
      return EventCodec.decode(read) instanceof Decoded.Known known
          ? (StateRecord) known.envelope().event()
          : fail(sent.key());
    }

    private static StateRecord fail(String key) {
      throw new AssertionError("the state record of %s cannot be read".formatted(key));
    }
  }

  private static final class AdvancingClock extends Clock {
    private Instant now = Instant.parse("2026-11-20T12:00:00Z");

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
