package dev.sluice.dispatcher.partition;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.platform.kafka.TopicWatch;
import dev.sluice.platform.process.SupervisedLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Consumer of {@code changes}: hands events to the loops of the partitions that the consumer group
 * assigned to this instance. One thread owns the consumer; it decides nothing and never blocks.
 * When a session fails, the next one starts with its own consumer and loops.
 */
public final class ChangesConsumer implements AutoCloseable, PartitionOwner {

  /** Listener for the partitions assigned to this instance; called from the consumer's thread. */
  public interface Assignment {
    void changed(Collection<Integer> partitions);
  }

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final String topic;
  private final PartitionContext context;
  private final Optional<String> instance;
  private final Assignment assignment;
  private final SupervisedLoop loop;
  private final Queue<Consumer<KafkaConsumer<String, byte[]>>> commands =
      new ConcurrentLinkedQueue<>();
  private final Map<Integer, PartitionLoop> loops = new ConcurrentHashMap<>();
  private final Map<Integer, Boolean> ready = new ConcurrentHashMap<>();
  private final Map<Integer, Long> unread = new ConcurrentHashMap<>();
  private final Map<Integer, LoopFailures> failures = new ConcurrentHashMap<>();
  private volatile Optional<KafkaConsumer<String, byte[]>> current = Optional.empty();
  private volatile boolean assigned;

  public ChangesConsumer(
      PartitionContext context, Optional<String> instance, Assignment assignment) {
    this.topic = context.connection().topics().changes();
    this.context = context;
    this.instance = instance;
    this.assignment = assignment;
    this.loop = new SupervisedLoop("changes", context.clock(), this::session);
  }

  public void start() {
    loop.start();
  }

  /** Returns when the slowest of the consumer's and partitions' loops last turned. */
  public Instant lastTurn() {
    Instant oldest = loop.lastTurn();
    for (PartitionLoop partitionLoop : loops.values()) {
      if (ready.containsKey(partitionLoop.partition())
          && partitionLoop.lastTurn().isBefore(oldest)) {
        oldest = partitionLoop.lastTurn();
      }
    }
    return oldest;
  }

  /** Returns the unfinished events by partition, as far as the broker has reported the lag. */
  public Map<Integer, Long> lag() {
    Map<Integer, Long> lag = new HashMap<>();
    loops.forEach(
        (partition, partitionLoop) ->
            lag.put(partition, unread.getOrDefault(partition, 0L) + partitionLoop.backlog()));
    return lag;
  }

  /** Returns the reasons why this is not ready; empty if it is. */
  public List<String> unreadyReasons() {
    List<String> reasons = new ArrayList<>();
    loop.unreadyReason().ifPresent(reasons::add);
    if (!assigned) {
      reasons.add("not a member of the group yet");
    }
    loops.forEach(
        (partition, partitionLoop) -> {
          Optional<String> failed = failures(partition).reason();
          failed.ifPresent(
              reason ->
                  reasons.add(
                      "partition %d has ended and is started again: %s"
                          .formatted(partition, reason)));
          if (!ready.containsKey(partition) && failed.isEmpty()) {
            reasons.add("partition " + partition + " is starting");
          }
          partitionLoop.halted().ifPresent(reasons::add);
        });
    return reasons;
  }

  @Override
  public void close() {
    loop.close();
  }

  @Override
  public void ready(PartitionLoop partitionLoop, long offset) {
    command(
        consumer -> {
          if (loops.get(partitionLoop.partition()) == partitionLoop) {
            TopicPartition partition = new TopicPartition(topic, partitionLoop.partition());
            consumer.seek(partition, offset);
            consumer.resume(List.of(partition));
            ready.put(partitionLoop.partition(), true);
          }
        });
  }

  @Override
  public void hasRoom(PartitionLoop partitionLoop) {
    command(
        consumer -> {
          if (loops.get(partitionLoop.partition()) == partitionLoop
              && ready.containsKey(partitionLoop.partition())) {
            consumer.resume(List.of(new TopicPartition(topic, partitionLoop.partition())));
          }
        });
  }

  @Override
  public void failed(PartitionLoop partitionLoop, Throwable cause) {
    Duration pause = failures(partitionLoop.partition()).failed(cause);
    command(
        consumer -> {
          if (loops.get(partitionLoop.partition()) == partitionLoop) {
            ready.remove(partitionLoop.partition());
            consumer.pause(List.of(new TopicPartition(topic, partitionLoop.partition())));
          }
        });
    var unused =
        context
            .timers()
            .schedule(
                () -> command(consumer -> restart(consumer, partitionLoop)),
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  private void restart(KafkaConsumer<String, byte[]> consumer, PartitionLoop partitionLoop) {
    if (loops.get(partitionLoop.partition()) == partitionLoop) {
      open(consumer, partitionLoop.partition());
    }
  }

  private void command(Consumer<KafkaConsumer<String, byte[]>> command) {
    commands.add(command);
    current.ifPresent(KafkaConsumer::wakeup);
  }

  private void session(SupervisedLoop supervised) {
    KafkaConnection connection = context.connection();
    try (Admin admin = Admin.create(connection.admin())) {
      // recreates a topic that was deleted, as at a start
      new TopicProvisioner(admin, connection.topics(), context.replication())
          .provision(context.partitions());
    }
    List<String> read = List.of(topic, connection.topics().state());
    try (TopicWatch watch = TopicWatch.begin(connection, read, context.clock());
        KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties())) {
      current = Optional.of(consumer);
      supervised.onClose(consumer::wakeup);
      try {
        consumer.subscribe(List.of(topic), new Rebalance(consumer));
        while (supervised.isOpen()) {
          turn(consumer);
          watch.check();
          supervised.turned(watch.silence());
        }
      } finally {
        // release the partitions at once for the next owner
        shut(List.copyOf(loops.keySet()));
        assigned = false;
        current = Optional.empty();
        commands.clear();
      }
      consumer.close(
          CloseOptions.timeout(CLOSE)
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    }
  }

  private Map<String, Object> properties() {
    KafkaConnection connection = context.connection();
    Map<String, Object> properties = new HashMap<>(connection.consumer("dispatcher"));
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, PartitionLoop.group(connection));
    instance.ifPresent(name -> properties.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, name));
    properties.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    properties.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    properties.putIfAbsent(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_000);
    // the thread of the heartbeats wakes after this time
    properties.put(ConsumerConfig.RETRY_BACKOFF_MS_CONFIG, 500);
    // a partition that is resumed while a fetch of others is held waits for its answer; so does a
    // close
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 500);
    return properties;
  }

  private void turn(KafkaConsumer<String, byte[]> consumer) {
    try {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        PartitionLoop partitionLoop = loops.get(record.partition());
        if (partitionLoop != null && ready.containsKey(record.partition())) {
          partitionLoop.offer(record);
        }
      }
    } catch (WakeupException e) {
      // a command is waiting, or the loop is closing
    }
    for (var command = commands.poll(); command != null; command = commands.poll()) {
      command.accept(consumer);
    }
    for (PartitionLoop partitionLoop : loops.values()) {
      TopicPartition partition = new TopicPartition(topic, partitionLoop.partition());
      if (ready.containsKey(partitionLoop.partition())) {
        consumer
            .currentLag(partition)
            .ifPresent(records -> unread.put(partitionLoop.partition(), records));
        if (partitionLoop.isFull()) {
          consumer.pause(List.of(partition));
        }
      }
    }
  }

  private void open(KafkaConsumer<String, byte[]> consumer, int partition) {
    consumer.pause(List.of(new TopicPartition(topic, partition)));
    PartitionLoop partitionLoop = new PartitionLoop(partition, context, this, failures(partition));
    loops.put(partition, partitionLoop);
    partitionLoop.start();
  }

  private LoopFailures failures(int partition) {
    return failures.computeIfAbsent(partition, _ -> new LoopFailures(partition, context.clock()));
  }

  private void shut(Collection<Integer> partitions) {
    List<PartitionLoop> ending = new ArrayList<>();
    for (int partition : partitions) {
      ready.remove(partition);
      unread.remove(partition);
      Optional.ofNullable(loops.remove(partition)).ifPresent(ending::add);
    }
    PartitionLoop.closeAll(ending);
    assignment.changed(List.copyOf(loops.keySet()));
  }

  private final class Rebalance implements ConsumerRebalanceListener {

    private final KafkaConsumer<String, byte[]> consumer;

    Rebalance(KafkaConsumer<String, byte[]> consumer) {
      this.consumer = consumer;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      partitions.forEach(partition -> open(consumer, partition.partition()));
      assigned = true;
      assignment.changed(List.copyOf(loops.keySet()));
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      shut(partitions.stream().map(TopicPartition::partition).toList());
    }
  }
}
