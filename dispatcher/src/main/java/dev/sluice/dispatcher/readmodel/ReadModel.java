package dev.sluice.dispatcher.readmodel;

import dev.sluice.contract.event.Envelope;
import dev.sluice.contract.kafka.KafkaConnection;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The topics, made answerable. Follows {@code changes}, {@code results}, {@code dead-letters} and
 * {@code state} into a database file, goes on where it stopped, and begins anew when the file is of
 * another version or about other topics.
 */
public final class ReadModel implements AutoCloseable {

  private static final Duration TOPICS_COME = Duration.ofSeconds(60);

  private final Database database;
  private final Follower follower;
  private final Clock clock;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final String build;

  /** Hears of events once they can be read. Must not block. */
  @FunctionalInterface
  public interface Listener {

    /**
     * Takes the events of a batch.
     *
     * @param live whether they came after the read model had caught up with the topics
     */
    void taken(List<Envelope<?>> events, boolean live);
  }

  private ReadModel(Path directory, KafkaConnection connection, Clock clock) {
    this.clock = clock;
    LogIdentity identity = LogIdentity.of(connection, TOPICS_COME);
    this.database = Database.open(directory, identity);
    this.build = database.read(sql -> Database.meta(sql, "build")).orElse("");
    this.follower =
        new Follower(
            connection,
            identity,
            new Projection(database.writer(), connection.topics()),
            (events, live) -> listeners.forEach(listener -> listener.taken(events, live)),
            clock);
  }

  /**
   * Opens the read model and follows the topics, which a dispatcher has created or creates soon.
   *
   * @throws IllegalStateException if Kafka, the topics or the file cannot be used
   */
  public static ReadModel open(Path directory, KafkaConnection connection, Clock clock) {
    return new ReadModel(directory, connection, clock);
  }

  public Applications applications() {
    return new Applications(database);
  }

  public Fleet fleet() {
    return new Fleet(database);
  }

  public Origins origins() {
    return new Origins(database);
  }

  public Deliveries deliveries() {
    return new Deliveries(database);
  }

  public Records records() {
    return new Records(database);
  }

  public Overview overview(Scope allowed) {
    return fleet().overview(allowed, follower.lag(), obstacle().stream().toList());
  }

  /** Tells this building of the database from others: sequences mean nothing in another. */
  public String build() {
    return build;
  }

  /** Why answers may be old; empty if they are not. */
  public Optional<String> obstacle() {
    return follower.obstacle();
  }

  /** By topic, how many records are still to be read. */
  public Map<String, Long> lag() {
    return follower.lagByTopic();
  }

  /** How long ago the following thread last came round. */
  public Duration sinceLastTurn() {
    return Duration.between(follower.lastTurn(), clock.instant());
  }

  public void listen(Listener listener) {
    listeners.add(listener);
  }

  public void unlisten(Listener listener) {
    listeners.remove(listener);
  }

  @Override
  public void close() {
    follower.close();
    database.close();
  }
}
