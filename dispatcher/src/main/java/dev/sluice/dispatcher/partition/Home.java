package dev.sluice.dispatcher.partition;

import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.decide.HomeMemory;
import dev.sluice.dispatcher.decide.LookDecider;
import dev.sluice.dispatcher.evaluate.Inspector;
import dev.sluice.dispatcher.evaluate.Look;
import dev.sluice.dispatcher.evaluate.Recomputation;
import dev.sluice.inputs.closure.ClosureIndex;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.DefinitionResolver;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.process.FatalErrors;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One home: its thread takes inputs one after the other, decides, and writes what was decided in
 * transactions. Inputs that wait together share one. Git is never read on this thread.
 */
public final class Home implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Home.class);
  private static final int MAX_UNFINISHED = 2_000;
  private static final long CLOSE_MILLIS = 5_000;

  /** A session that has gone on for this long has got over what ended the one before. */
  private static final Duration SETTLED = Duration.ofSeconds(5);

  private final int partition;
  private final HomeSetting setting;
  private final HomeOwner owner;
  private final Setbacks setbacks;
  private final BlockingQueue<HomeInput> inputs = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean stopping;
  private volatile int unfinished;
  private volatile Optional<String> halted = Optional.empty();
  private volatile boolean roomAwaited;
  private volatile Instant lastTurn;

  /**
   * A home that is not started.
   *
   * @param setbacks of the earlier sessions of this home
   */
  public Home(int partition, HomeSetting setting, HomeOwner owner, Setbacks setbacks) {
    this.partition = partition;
    this.setting = setting;
    this.owner = owner;
    this.setbacks = setbacks;
    this.lastTurn = setting.clock().instant();
    this.thread = Thread.ofPlatform().daemon().name("home-" + partition).unstarted(this::run);
  }

  /** The consumer group of all dispatchers of an installation. */
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
    inputs.add(new HomeInput.Received(record));
  }

  /**
   * Whether no more events should be handed over for now; if so, the owner is told when that has
   * changed.
   */
  public boolean isFull() {
    boolean full = halted.isPresent() || inputs.size() + unfinished >= MAX_UNFINISHED;
    if (full) {
      roomAwaited = true;
    }
    return full;
  }

  /** Events that were handed over and are not dealt with. */
  public long backlog() {
    return (long) inputs.size() + unfinished;
  }

  /** Why this home takes no more events until the program is replaced; normally empty. */
  public Optional<String> halted() {
    return halted;
  }

  /** When the home's thread last came round. */
  public Instant lastTurn() {
    return lastTurn;
  }

  /** Lets the transaction under way end, and stops. */
  @Override
  public void close() {
    stopping = true;
    inputs.add(new HomeInput.Stop());
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Recomputation recomputation() {
    return new Recomputation(
        setting.connection(), setting.mirrors(), setting.remotes(), setting.clock(), partition);
  }

  private void run() {
    try (HomeLog kafka = HomeLog.open(setting.connection(), partition)) {
      Inspector inspector = inspector();
      HomeMemory memory = new HomeMemory(inspector::define);
      EventDecider decider = new EventDecider(memory, partition);
      try (Looks looks = looks(inspector);
          Rebuilds rebuilds = new Rebuilds(recomputation(), decider, inputs::add)) {
        HomeLog.Past past = kafka.read(memory::replay);
        OffsetTracker offsets = new OffsetTracker(past.next());
        new LostState(memory, decider, setting.clock()).tell(past.damaged(), kafka);
        live(kafka, offsets, memory, new Parts(decider, looks, rebuilds));
      }
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      // whatever it was: a home that ended without a word would never go on
      if (!stopping) {
        log.atWarn().addKeyValue("home", partition).setCause(e).log("the home has ended");
        owner.failed(this, e);
      }
    }
  }

  private Inspector inspector() {
    return new Inspector(
        new DefinitionResolver(new ClosureResolver(setting.remotes())), new ClosureIndex());
  }

  private Looks looks(Inspector inspector) {
    Look look = new Look(setting.mirrors(), inspector, setting.clock());
    return new Looks(look, setting.timers(), setbacks, inputs::add);
  }

  private record Parts(EventDecider decider, Looks looks, Rebuilds rebuilds) {}

  private void live(HomeLog kafka, OffsetTracker offsets, HomeMemory memory, Parts parts) {
    Lanes lanes =
        new Lanes(
            memory,
            new Lanes.Tools(
                new LookDecider(memory, setting.connection().topics().changes(), partition),
                parts.looks(),
                setting.timing(),
                setting.clock(),
                setting.listener(),
                setting.tracing()));
    ChangeHandler changes =
        new ChangeHandler(
            memory,
            new ChangeHandler.Parts(
                parts.decider(),
                lanes,
                parts.rebuilds(),
                new Placement(setting.homes(), partition)),
            setting.clock(),
            setting.listener());
    Batch batch = new Batch(offsets);
    lanes.resume(batch);
    write(kafka, batch, offsets);
    owner.ready(this, offsets.next());
    Instant settled = setting.clock().instant().plus(SETTLED);
    while (!stopping) {
      Optional<HomeInput> input = next();
      while (input.isPresent() && !stopping) {
        handle(input.get(), changes, lanes, parts.rebuilds(), batch);
        input = batch.isFull() ? Optional.empty() : Optional.ofNullable(inputs.poll());
      }
      write(kafka, batch, offsets);
      if (lastTurn.isAfter(settled)) {
        setbacks.settled();
      }
      if (roomAwaited && !isFull()) {
        roomAwaited = false;
        owner.roomy(this);
      }
    }
  }

  private Optional<HomeInput> next() {
    lastTurn = setting.clock().instant();
    try {
      return Optional.ofNullable(inputs.poll(1, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      stopping = true;
      return Optional.empty();
    }
  }

  private void handle(
      HomeInput input, ChangeHandler changes, Lanes lanes, Rebuilds rebuilds, Batch batch) {
    switch (input) {
      case HomeInput.Received received -> {
        if (halted.isEmpty()) {
          received(received.record(), changes, batch);
        }
      }
      case HomeInput.OfRef ofRef -> {
        try {
          lanes.handle(ofRef, batch);
        } catch (RuntimeException | Error e) {
          setbacks.suspect(ofRef.key(), e);
          throw e;
        }
      }
      case HomeInput.Recomputed recomputed ->
          rebuilds.answered(recomputed, batch, setting.clock().instant());
      case HomeInput.Stop _ -> {}
    }
  }

  private void received(ConsumerRecord<String, byte[]> record, ChangeHandler changes, Batch batch) {
    batch.start(record.offset());
    Optional<String> poison = setbacks.poison(record.offset());
    if (poison.isPresent()) {
      changes.passOver(record, poison.get(), batch);
      return;
    }
    try {
      halted = changes.handle(record, batch);
    } catch (RuntimeException | Error e) {
      setbacks.suspect(record.offset(), e);
      throw e;
    }
    halted.ifPresent(reason -> log.atError().addKeyValue("home", partition).log(reason));
  }

  private void write(HomeLog kafka, Batch batch, OffsetTracker offsets) {
    OptionalLong offset = offsets.toCommit();
    if (!batch.records().isEmpty() || offset.isPresent()) {
      kafka.write(batch.records(), offset);
      offset.ifPresent(offsets::committed);
      offset.ifPresent(setbacks::passed);
    }
    unfinished = offsets.unfinished();
    batch.committed().forEach(Runnable::run);
  }
}
