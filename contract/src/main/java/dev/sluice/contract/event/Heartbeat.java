package dev.sluice.contract.event;

import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The report of a running part, written at intervals and when its state changes. Topic {@code
 * heartbeats}, compacted. A part that does not write for several intervals does not work, whatever
 * its last report says.
 *
 * @param part the kind of the part
 * @param instance name of the process, or of the worker; unique for the part
 * @param cluster of a worker; empty for other parts
 * @param startedAt when the part was started
 * @param interval the longest time until the next report
 * @param conditions what keeps the part from its work, or endangers it; empty if all is well
 * @param endpoints the webhook endpoints of a receiver; absent in records of earlier versions
 * @param fleet of the dispatcher that reads it; absent for others, and in records of earlier
 *     versions
 */
public record Heartbeat(
    Part part,
    String instance,
    Optional<ClusterName> cluster,
    Instant startedAt,
    Duration interval,
    State state,
    List<Condition> conditions,
    Optional<List<Endpoint>> endpoints,
    Optional<Fleet> fleet)
    implements Event {

  /** The most conditions of a report; further ones are left out. */
  public static final int MAX_CONDITIONS = 20;

  /** The most endpoints of a report; further ones are left out. */
  public static final int MAX_ENDPOINTS = 100;

  public Heartbeat {
    conditions = conditions.stream().limit(MAX_CONDITIONS).toList();
    endpoints = endpoints.map(all -> all.stream().limit(MAX_ENDPOINTS).toList());
  }

  /** The parts of an installation. */
  public enum Part {
    RECEIVER,
    DISPATCHER,
    WORKER,
    API
  }

  /** The state of a part. */
  public enum State {
    /** It works; one of several instances may. */
    RUNNING,
    /** A worker leads, or is about to: it reads the log to its end. */
    LEADING,
    /** A worker waits until the leader is gone. */
    STANDBY,
    /** A worker has given up leadership because it cannot continue. */
    GAVE_UP,
    /** The part was stopped, and this is its last report. */
    STOPPED
  }

  /**
   * Something that an operator should know about.
   *
   * @param message what is wrong, where, and what to do; without secrets
   * @param since when it was first noticed
   * @param severity whether the part still does all of its work
   * @param applications that it concerns; absent if it is about none in particular, and in records
   *     of earlier versions
   */
  public record Condition(
      FailureCode code,
      String message,
      Instant since,
      Severity severity,
      Optional<List<ApplicationName>> applications) {

    /** The longest message, in UTF-16 units. */
    public static final int MAX_MESSAGE = 1_000;

    /** The most applications of a condition; further ones are left out. */
    public static final int MAX_APPLICATIONS = 1_000;

    public Condition {
      message = Excerpt.of(message, MAX_MESSAGE);
      applications = applications.map(all -> all.stream().limit(MAX_APPLICATIONS).toList());
    }

    /** Creates a condition that is about no application in particular. */
    public Condition(FailureCode code, String message, Instant since, Severity severity) {
      this(code, message, since, severity, Optional.empty());
    }
  }

  /**
   * A webhook endpoint and what it received since its receiver was started.
   *
   * @param name the last part of its URL
   * @param address what the canonical names of its repositories begin with
   * @param authentic the last delivery with a valid signature
   * @param refused the last delivery that was refused
   */
  public record Endpoint(
      String name, String address, Optional<Delivery> authentic, Optional<Delivery> refused) {}

  /**
   * A delivery to an endpoint.
   *
   * @param at the time at which it arrived
   * @param id the forge's id of it
   * @param sender its IP address
   * @param note why it was refused, or led to no event; empty if it led to events
   */
  public record Delivery(Instant at, Optional<String> id, String sender, Optional<String> note) {}

  /**
   * The fleet that a dispatcher reads.
   *
   * @param location the directory, or the address in Git as it was given; without credentials
   * @param repository that a fleet in Git is in
   * @param commit the newest commit of a fleet in Git that was accepted since the dispatcher reads
   *     it
   * @param reads refs of repositories that its ApplicationSets and FleetIncludes read; absent if
   *     there are none, and in records of earlier versions
   */
  public record Fleet(
      String location,
      Optional<RepositoryId> repository,
      Optional<CommitId> commit,
      Optional<List<ReadRef>> reads) {

    /** The most refs of a report; further ones are left out. */
    public static final int MAX_REFS = 1_000;

    public Fleet {
      reads = reads.map(all -> all.stream().limit(MAX_REFS).toList()).filter(all -> !all.isEmpty());
    }
  }

  /**
   * A ref of a repository that ApplicationSets and FleetIncludes read.
   *
   * @param by what reads it, such as {@code ApplicationSet web}, sorted
   */
  public record ReadRef(RepositoryId repository, GitRef ref, List<String> by) {

    /** The most names of a ref; further ones are left out. */
    public static final int MAX_NAMES = 10;

    public ReadRef {
      by = by.stream().limit(MAX_NAMES).toList();
    }
  }

  /** How much a condition matters. */
  public enum Severity {
    /** The part works. */
    WARNING,
    /** A part of the work is not done. */
    FAULT
  }

  @Override
  public String key() {
    return part + "/" + instance + cluster.map(name -> "/" + name).orElse("");
  }

  /**
   * The state of an application in a cluster, which its worker writes whenever it changes. Topic
   * {@code heartbeats}, compacted: it is known even if the results that led to it are deleted. Once
   * the application was removed, a record without a value follows.
   *
   * @param settled the newest generation that the worker finished; absent if it knows of none
   * @param parked the generation that waits for another input; absent if none does
   */
  public record LedgerReport(
      ClusterName cluster,
      ApplicationName application,
      Optional<Settled> settled,
      Optional<Parked> parked)
      implements Event {

    private static final String PREFIX = "ledger/";

    @Override
    public String key() {
      return PREFIX + cluster + "/" + application;
    }

    /**
     * Returns whether the cluster no longer has the application. Then a record without a value is
     * written instead, so that compaction deletes the reports before. Earlier versions wrote these
     * reports.
     */
    public boolean endsApplication() {
      return parked.isEmpty() && settled.filter(Settled::removed).isPresent();
    }

    /** Returns whether a record without a value and with this key ends reports of a ledger. */
    public static boolean isKey(String key) {
      return key.startsWith(PREFIX);
    }

    /** Returns the number of the generation that was finished last, or else of the parked one. */
    public long newest() {
      return Generation.numberOf(
          settled.map(Settled::generation).or(() -> parked.map(Parked::generation)));
    }
  }

  /**
   * A finished generation.
   *
   * @param removed whether it removed the application
   * @param at when it was finished; with {@code found} at that time or any time before
   * @param renderer the renderer with its version, several joined by ", "; absent if unknown
   * @param health of its objects; absent if it is not observed yet
   * @param found true if a worker found it finished when it began to lead, and its ledger, which an
   *     earlier version wrote, has no time; absent otherwise
   */
  public record Settled(
      Generation generation,
      Optional<CommitId> commit,
      boolean removed,
      Instant at,
      Optional<String> renderer,
      Optional<ObservedHealth> health,
      Optional<Boolean> found) {

    /** Creates a generation whose time is known. */
    public Settled(
        Generation generation,
        Optional<CommitId> commit,
        boolean removed,
        Instant at,
        Optional<String> renderer,
        Optional<ObservedHealth> health) {
      this(generation, commit, removed, at, renderer, health, Optional.empty());
    }

    /** Returns when it was finished; empty if that is not known. */
    public Optional<Instant> finishedAt() {
      return found.orElse(false) ? Optional.empty() : Optional.of(at);
    }

    /** Returns this generation with another health. */
    public Settled with(ObservedHealth observed) {
      return new Settled(generation, commit, removed, at, renderer, Optional.of(observed), found);
    }
  }

  /**
   * A generation that cannot be applied, for which a dead letter is open.
   *
   * @param at when the worker last failed to apply it
   */
  public record Parked(
      Generation generation, Optional<CommitId> commit, Instant at, Failure failure) {}
}
