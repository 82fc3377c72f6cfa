package dev.sluice.contract.event;

import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.name.ClusterName;
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
 */
public record Heartbeat(
    Part part,
    String instance,
    Optional<ClusterName> cluster,
    Instant startedAt,
    Duration interval,
    State state,
    List<Condition> conditions,
    Optional<List<Endpoint>> endpoints)
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
   */
  public record Condition(FailureCode code, String message, Instant since, Severity severity) {

    /** The longest message, in UTF-16 units. */
    public static final int MAX_MESSAGE = 1_000;

    public Condition {
      message = Excerpt.of(message, MAX_MESSAGE);
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
   * @param id the forge's id of it
   * @param sender its IP address
   * @param note why it was refused, or led to no event; empty if it led to events
   */
  public record Delivery(Instant at, Optional<String> id, String sender, Optional<String> note) {}

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
}
