package dev.sluice.dispatcher.partition;

import dev.sluice.dispatcher.decide.EvaluationDecider;
import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.evaluate.Evaluation;
import dev.sluice.dispatcher.evaluate.InputInspector;
import dev.sluice.dispatcher.evaluate.Recomputation;
import dev.sluice.inputs.closure.ClosureIndex;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.DefinitionResolver;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.process.FatalErrors;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loop of one partition: a thread that takes inputs one at a time, decides, and writes the
 * decisions in transactions. Inputs that wait together share a transaction. Git is never read on
 * this thread.
 */
public final class PartitionLoop {

  private static final Logger log = LoggerFactory.getLogger(PartitionLoop.class);
  private static final int MAX_UNFINISHED = 2_000;
  private static final Duration CLOSE = Duration.ofSeconds(5);
  private static final Duration LOOKUP = Duration.ofSeconds(30);

  /** Running time after which a session counts as recovered from the failure of the one before. */
  private static final Duration RECOVERED = Duration.ofSeconds(5);

  private final int partition;
  private final PartitionContext context;
  private final PartitionOwner owner;
  private final LoopFailures failures;
  private final BlockingQueue<PartitionInput> inputs = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean stopping;
  private volatile int unfinished;
  private volatile Optional<String> halted = Optional.empty();
  private volatile boolean roomRequested;
  private volatile Instant lastTurn;

  /**
   * Creates a loop without starting it.
   *
   * @param failures of the earlier sessions of this partition
   */
  public PartitionLoop(
      int partition, PartitionContext context, PartitionOwner owner, LoopFailures failures) {
    this.partition = partition;
    this.context = context;
    this.owner = owner;
    this.failures = failures;
    this.lastTurn = context.clock().instant();
    this.thread = Thread.ofPlatform().daemon().name("partition-" + partition).unstarted(this::run);
  }

  /** Returns the consumer group of all dispatchers of an installation. */
  public static String group(KafkaConnection connection) {
    return connection.topics().prefix() + "-dispatcher";
  }

  public void start() {
    thread.start();
  }

  public int partition() {
    return partition;
  }

  /** Hands over an event; never blocks. */
  public void offer(ConsumerRecord<String, byte[]> record) {
    inputs.add(new PartitionInput.Received(record));
  }

  /**
   * Returns whether no more events should be handed over for now; if so, the owner is notified once
   * there is room.
   */
  public boolean isFull() {
    boolean full = halted.isPresent() || inputs.size() + unfinished >= MAX_UNFINISHED;
    if (full) {
      roomRequested = true;
    }
    return full;
  }

  /** Returns the number of events that were handed over and are not finished. */
  public long backlog() {
    return (long) inputs.size() + unfinished;
  }

  /** Returns why this partition reads no events until a newer version runs; normally empty. */
  public Optional<String> halted() {
    return halted;
  }

  /** Returns when the loop last took an input or waited for one. */
  public Instant lastTurn() {
    return lastTurn;
  }

  /**
   * Stops loops and waits for their running transactions: for all of them together no longer than
   * for one. A loop that does not end in time can write nothing once the next owner of its
   * partition has fenced it.
   */
  static void closeAll(Collection<PartitionLoop> loops) {
    loops.forEach(PartitionLoop::stop);
    long deadline = System.nanoTime() + CLOSE.toNanos();
    try {
      for (PartitionLoop loop : loops) {
        if (!loop.thread.join(Duration.ofNanos(deadline - System.nanoTime()))) {
          log.atWarn()
              .addKeyValue("partition", loop.partition)
              .log("the partition's loop has not stopped in time; its next owner fences it");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop() {
    stopping = true;
    inputs.add(new PartitionInput.Stop());
  }

  private Recomputation recomputation() {
    return new Recomputation(
        context.connection(), context.mirrors(), context.remotes(), context.clock(), partition);
  }

  private void run() {
    try (PartitionLog kafka = PartitionLog.open(context.connection(), partition)) {
      InputInspector inspector = inspector();
      PartitionState state = new PartitionState(inspector::define);
      EventDecider decider = new EventDecider(state, partition);
      try (EvaluationRunner evaluations = evaluations(inspector);
          Rebuilds rebuilds = new Rebuilds(recomputation(), decider, inputs::add);
          RestoreChecks restores = new RestoreChecks(context.mirrors(), inputs::add, LOOKUP)) {
        PartitionLog.Past past = kafka.read(state::replay);
        OffsetTracker offsets = new OffsetTracker(past.next());
        new LostState(state, decider, context.clock()).report(past.damaged(), kafka);
        RecordedReads recorded =
            new RecordedReads(context.recorded(), state, decider, context.timers(), inputs::add);
        RefScheduler scheduler = scheduler(state, evaluations, recorded);
        CommandHandler commands =
            new CommandHandler(
                state,
                decider,
                scheduler,
                rebuilds,
                new CommandLookups(restores, recorded),
                context.clock());
        EventHandler changes = handler(state, decider, scheduler, commands);
        WindowOpenings openings = new WindowOpenings(state, scheduler, context.clock());
        live(kafka, offsets, new Handlers(changes, scheduler, commands, recorded, openings));
      }
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      // every failure is reported: otherwise the partition would never be reopened
      if (!stopping) {
        owner.failed(this, e);
      }
    }
  }

  private InputInspector inspector() {
    return new InputInspector(
        new DefinitionResolver(new ClosureResolver(context.remotes())), new ClosureIndex());
  }

  private EvaluationRunner evaluations(InputInspector inspector) {
    Evaluation evaluation = new Evaluation(context.mirrors(), inspector, context.clock());
    return new EvaluationRunner(
        evaluation, context.timers(), failures, context.payloads(), inputs::add);
  }

  /** Handlers of the kinds of inputs. */
  private record Handlers(
      EventHandler changes,
      RefScheduler scheduler,
      CommandHandler commands,
      RecordedReads recorded,
      WindowOpenings openings) {}

  private RefScheduler scheduler(
      PartitionState state, EvaluationRunner evaluations, RecordedReads recorded) {
    EvaluationDecider deciding =
        new EvaluationDecider(state, context.connection().topics().changes(), partition);
    return new RefScheduler(state, deciding, evaluations, recorded, context);
  }

  private EventHandler handler(
      PartitionState state, EventDecider decider, RefScheduler scheduler, CommandHandler commands) {
    return new EventHandler(
        state,
        decider,
        scheduler,
        commands,
        new Placement(context.partitions(), partition),
        context);
  }

  private void live(PartitionLog kafka, OffsetTracker offsets, Handlers handlers) {
    TransactionBatch batch = new TransactionBatch(offsets);
    handlers.scheduler().resume(batch);
    handlers.recorded().resume();
    write(kafka, batch, offsets);
    owner.ready(this, offsets.next());
    Instant recovered = context.clock().instant().plus(RECOVERED);
    while (!stopping) {
      Optional<PartitionInput> input = next();
      while (input.isPresent() && !stopping) {
        handle(input.get(), handlers, batch);
        input = batch.isFull() ? Optional.empty() : Optional.ofNullable(inputs.poll());
      }
      handlers.openings().check(batch);
      write(kafka, batch, offsets);
      if (lastTurn.isAfter(recovered)) {
        failures.recovered();
      }
      if (roomRequested && !isFull()) {
        roomRequested = false;
        owner.hasRoom(this);
      }
    }
  }

  private Optional<PartitionInput> next() {
    lastTurn = context.clock().instant();
    try {
      return Optional.ofNullable(inputs.poll(1, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      stopping = true;
      return Optional.empty();
    }
  }

  private void handle(PartitionInput input, Handlers handlers, TransactionBatch batch) {
    CommandHandler commands = handlers.commands();
    switch (input) {
      case PartitionInput.Received received -> {
        if (halted.isEmpty()) {
          received(received.record(), handlers.changes(), batch);
        }
      }
      case PartitionInput.RefInput ofRef -> {
        try {
          handlers.scheduler().handle(ofRef, batch);
        } catch (RuntimeException | Error e) {
          failures.suspect(ofRef.key(), e);
          throw e;
        }
      }
      case PartitionInput.Recomputed recomputed ->
          decided(commands, () -> commands.recomputed(recomputed, batch));
      case PartitionInput.ResentRead read -> {
        handlers.recorded().handled();
        batch.afterwards(read.answer()::handled);
        decided(commands, () -> commands.lookedUp(read, batch));
      }
      case PartitionInput.CommitLookedUp lookedUp ->
          decided(commands, () -> commands.lookedUp(lookedUp, batch));
      case PartitionInput.LastRead read -> {
        batch.afterwards(read.answer()::handled);
        handlers.recorded().lastRead(read, batch, context.clock().instant());
      }
      case PartitionInput.LastReadDue due -> handlers.recorded().due(due);
      case PartitionInput.Stop _ -> {}
    }
  }

  /** Decides about commands, and attributes a failure to the command that was decided then. */
  private void decided(CommandHandler commands, Runnable decision) {
    try {
      decision.run();
    } catch (RuntimeException | Error e) {
      commands.decided().ifPresent(offset -> failures.suspect(offset, e));
      throw e;
    }
  }

  private void received(
      ConsumerRecord<String, byte[]> record, EventHandler changes, TransactionBatch batch) {
    batch.start(record.offset());
    Optional<String> poison = failures.poison(record.offset());
    if (poison.isPresent()) {
      changes.passOver(record, poison.get(), batch);
      return;
    }
    try {
      halted = changes.handle(record, batch);
    } catch (RuntimeException | Error e) {
      failures.suspect(record.offset(), e);
      throw e;
    }
    halted.ifPresent(reason -> log.atError().addKeyValue("partition", partition).log(reason));
  }

  private void write(PartitionLog kafka, TransactionBatch batch, OffsetTracker offsets) {
    OptionalLong offset = offsets.toCommit();
    if (!batch.records().isEmpty() || offset.isPresent()) {
      kafka.write(batch.records(), offset);
      offset.ifPresent(offsets::committed);
      offset.ifPresent(failures::committed);
    }
    unfinished = offsets.unfinished();
    batch.committed().forEach(Runnable::run);
  }
}
