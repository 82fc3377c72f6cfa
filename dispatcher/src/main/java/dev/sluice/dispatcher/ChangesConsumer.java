package dev.sluice.dispatcher;

import dev.sluice.contract.kafka.KafkaConnection;
import dev.sluice.dispatcher.home.Home;
import dev.sluice.dispatcher.home.HomeOwner;
import dev.sluice.dispatcher.home.HomeSetting;
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
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code changes} and feeds the homes of the partitions that the group gave to this instance.
 * One thread owns the consumer; it decides nothing and never blocks.
 */
final class ChangesConsumer implements AutoCloseable, HomeOwner {

  /** Hears which homes are here; called from the consumer's thread. */
  interface Assignment {
    void changed(Collection<Integer> homes);
  }

  private static final Logger log = LoggerFactory.getLogger(ChangesConsumer.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final long RESTART_MILLIS = 1_000;
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final String topic;
  private final HomeSetting setting;
  private final Assignment assignment;
  private final KafkaConsumer<String, byte[]> consumer;
  private final Thread thread;
  private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final Map<Integer, Home> homes = new ConcurrentHashMap<>();
  private final Map<Integer, Boolean> ready = new ConcurrentHashMap<>();
  private final Map<Integer, Long> unread = new ConcurrentHashMap<>();
  private volatile boolean closing;
  private volatile Optional<String> failure = Optional.empty();
  private volatile boolean assigned;
  private volatile Instant lastTurn;

  ChangesConsumer(HomeSetting setting, Optional<String> instance, Assignment assignment) {
    KafkaConnection connection = setting.connection();
    this.topic = connection.topics().changes();
    this.setting = setting;
    this.assignment = assignment;
    Map<String, Object> properties = new HashMap<>(connection.consumer("dispatcher"));
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, Home.group(connection));
    instance.ifPresent(name -> properties.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, name));
    properties.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_000);
    // closing waits for the answer to the last fetch
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
    this.consumer = new KafkaConsumer<>(properties);
    this.lastTurn = setting.clock().instant();
    this.thread = Thread.ofPlatform().daemon().name("changes").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** When the slowest of the threads here last came round. */
  Instant lastTurn() {
    Instant oldest = lastTurn;
    for (Home home : homes.values()) {
      if (ready.containsKey(home.partition()) && home.lastTurn().isBefore(oldest)) {
        oldest = home.lastTurn();
      }
    }
    return oldest;
  }

  /** By home, the events that are not dealt with, as far as the broker has told of them. */
  Map<Integer, Long> lag() {
    Map<Integer, Long> lag = new HashMap<>();
    homes.forEach(
        (partition, home) ->
            lag.put(partition, unread.getOrDefault(partition, 0L) + home.backlog()));
    return lag;
  }

  /** Why this is not ready; empty if it is. */
  List<String> obstacles() {
    List<String> obstacles = new ArrayList<>();
    failure.ifPresent(obstacles::add);
    if (!assigned) {
      obstacles.add("not a member of the group yet");
    }
    homes.forEach(
        (partition, home) -> {
          if (!ready.containsKey(partition)) {
            obstacles.add("home " + partition + " is starting");
          }
          home.halted().ifPresent(obstacles::add);
        });
    return obstacles;
  }

  @Override
  public void close() {
    closing = true;
    consumer.wakeup();
    try {
      thread.join(CLOSE.multipliedBy(2).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void ready(Home home, long offset) {
    command(
        () -> {
          if (homes.get(home.partition()) == home) {
            TopicPartition partition = new TopicPartition(topic, home.partition());
            consumer.seek(partition, offset);
            consumer.resume(List.of(partition));
            ready.put(home.partition(), true);
          }
        });
  }

  @Override
  public void roomy(Home home) {
    command(
        () -> {
          if (homes.get(home.partition()) == home && ready.containsKey(home.partition())) {
            consumer.resume(List.of(new TopicPartition(topic, home.partition())));
          }
        });
  }

  @Override
  public void failed(Home home, Throwable cause) {
    command(
        () -> {
          if (homes.get(home.partition()) == home) {
            ready.remove(home.partition());
            consumer.pause(List.of(new TopicPartition(topic, home.partition())));
          }
        });
    var unused =
        setting
            .timers()
            .schedule(() -> command(() -> restart(home)), RESTART_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void restart(Home home) {
    if (homes.get(home.partition()) == home) {
      open(home.partition());
    }
  }

  private void command(Runnable command) {
    commands.add(command);
    consumer.wakeup();
  }

  private void run() {
    try (consumer) {
      consumer.subscribe(List.of(topic), new Rebalance());
      while (!closing) {
        turn();
      }
      // let the successor have the homes at once
      shut(List.copyOf(homes.keySet()));
      consumer.close(
          CloseOptions.timeout(CLOSE)
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    } catch (RuntimeException e) {
      failure = Optional.of("reading " + topic + " has failed: " + e);
      log.atError().setCause(e).log("reading {} has failed; restart the dispatcher", topic);
      shut(List.copyOf(homes.keySet()));
    }
  }

  private void turn() {
    lastTurn = setting.clock().instant();
    try {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        Home home = homes.get(record.partition());
        if (home != null && ready.containsKey(record.partition())) {
          home.offer(record);
        }
      }
    } catch (WakeupException e) {
      // a command waits, or the end
    }
    for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
      command.run();
    }
    for (Home home : homes.values()) {
      TopicPartition partition = new TopicPartition(topic, home.partition());
      if (ready.containsKey(home.partition())) {
        consumer.currentLag(partition).ifPresent(records -> unread.put(home.partition(), records));
        if (home.isFull()) {
          consumer.pause(List.of(partition));
        }
      }
    }
  }

  private void open(int partition) {
    consumer.pause(List.of(new TopicPartition(topic, partition)));
    Home home = new Home(partition, setting, this);
    homes.put(partition, home);
    home.start();
  }

  private void shut(Collection<Integer> partitions) {
    for (int partition : partitions) {
      ready.remove(partition);
      unread.remove(partition);
      Home home = homes.remove(partition);
      if (home != null) {
        home.close();
      }
    }
    assignment.changed(List.copyOf(homes.keySet()));
  }

  private final class Rebalance implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      partitions.forEach(partition -> open(partition.partition()));
      assigned = true;
      assignment.changed(List.copyOf(homes.keySet()));
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      shut(partitions.stream().map(TopicPartition::partition).toList());
    }
  }
}
