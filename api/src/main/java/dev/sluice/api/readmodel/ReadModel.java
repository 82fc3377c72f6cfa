package dev.sluice.api.readmodel;

import dev.sluice.api.store.Database;
import dev.sluice.api.store.LogIdentity;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.process.FatalErrors;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queryable copy of the topics. It follows {@code changes}, {@code results}, {@code dead-letters}
 * and {@code state} into a database file and resumes where it stopped. It rebuilds the file if it
 * belongs to another version or to other topics.
 */
public final class ReadModel implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ReadModel.class);
  private static final Duration TOPICS_TIMEOUT = Duration.ofSeconds(60);

  /** Longer than any timeout of Kafka's clients. */
  private static final Duration STUCK = Duration.ofMinutes(2);

  private final Database database;
  private final LedgerInbox ledgers = new LedgerInbox();
  private final Follower follower;
  private final PartReports parts;
  private final PartFollower partFollower;
  private final Clock clock;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  /** Receives events once they can be queried. Must not block. */
  @FunctionalInterface
  public interface Listener {

    /**
     * Receives the events of a batch.
     *
     * @param live whether they arrived after the read model had caught up with the topics
     */
    void onEvents(List<Envelope<?>> events, boolean live);
  }

  private ReadModel(Path directory, KafkaConnection connection, Clock clock) {
    this.clock = clock;
    LogIdentity identity = LogIdentity.of(connection, TOPICS_TIMEOUT);
    this.parts = new PartReports(clock);
    this.database = Database.open(directory, identity, parts);
    this.partFollower = new PartFollower(connection, parts, ledgers, clock);
    this.follower = new Follower(connection, database, ledgers, new Observer(), clock);
    follower.start(identity);
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
    return new Applications(database, parts);
  }

  public PastGenerations pastGenerations() {
    return new PastGenerations(database);
  }

  public Fleet fleet() {
    return new Fleet(database, parts);
  }

  public Origins origins() {
    return new Origins(database);
  }

  public Deliveries deliveries() {
    return new Deliveries(database, parts);
  }

  public Observations observations() {
    return new Observations(database);
  }

  public Records records() {
    return new Records(database);
  }

  public Overview overview(Scope allowed) {
    return fleet()
        .overview(
            allowed,
            follower.lag(),
            unreadyReason().stream().toList(),
            allowed.isAll() ? warnings() : List.of(),
            parts(allowed));
  }

  private List<String> warnings() {
    return Stream.of(
            follower.warnings().stream(), partFollower.problem().stream(), database.kept().stream())
        .flatMap(each -> each)
        .toList();
  }

  /** Returns the parts of the installation, as they reported last. */
  public List<PartView> parts(Scope allowed) {
    return parts.views(allowed);
  }

  /**
   * Returns the id of this build of the database. Sequence numbers of another build are unrelated.
   */
  public String build() {
    return database.build();
  }

  /** Returns why answers may be stale, or empty if they are current. */
  public Optional<String> unreadyReason() {
    return follower
        .unreadyReason()
        .or(
            () ->
                partFollower.isCaughtUp() || partFollower.problem().isPresent()
                    ? Optional.empty()
                    : Optional.of("the reports of the parts are being read"));
  }

  /** Returns the number of records to read until answers are current; empty if they are. */
  public Optional<Long> catchingUp() {
    return follower.catchingUp();
  }

  /**
   * Returns the beginning of what is known of these topics, or empty if everything that was written
   * to them is known.
   */
  public Optional<KnownSince> knownSince(KnownSince.History... topics) {
    return database.read(sql -> KnownSince.of(sql, topics));
  }

  /** Returns the beginning of what is known of an application's generations in these clusters. */
  public Optional<KnownSince> knownSince(String application, Scope clusters) {
    return database.read(sql -> KnownSince.results(sql, application, clusters));
  }

  /** Returns the beginning of what is known, if a selection also means what happened before. */
  public Optional<KnownSince> unknownBefore(Occurrence occurrence) {
    return database.read(occurrence::unknownBefore);
  }

  /** Returns whether a record, and all before it in its partition, can be queried. */
  public boolean hasRead(TopicPartition partition, long offset) {
    return database.read(sql -> Database.position(sql, partition)).orElse(0L) > offset;
  }

  /** Returns the number of records that are not read yet, by topic. */
  public Map<String, Long> lag() {
    return follower.lagByTopic();
  }

  /** Returns why the follower's thread is considered stuck, or empty if it is not. */
  public Optional<String> stuck() {
    Duration still = Duration.between(follower.lastTurn(), clock.instant());
    return still.compareTo(STUCK) < 0
        ? Optional.empty()
        : Optional.of("the thread that reads the topics has been stuck for " + still);
  }

  /** Notifies the listeners. A failing listener stops neither the others nor the follower. */
  private final class Observer implements Follower.Observer {

    @Override
    public void onEvents(List<Envelope<?>> events, boolean live) {
      for (Listener each : listeners) {
        try {
          each.onEvents(events, live);
        } catch (RuntimeException | Error e) {
          FatalErrors.check(e);
          log.atError().setCause(e).log("a listener of the read model failed");
        }
      }
    }

    @Override
    public void onRebuilt() {
      partFollower.readAgain();
    }
  }

  public void listen(Listener listener) {
    listeners.add(listener);
  }

  public void unlisten(Listener listener) {
    listeners.remove(listener);
  }

  @Override
  public void close() {
    partFollower.close();
    follower.close();
    database.close();
  }
}
