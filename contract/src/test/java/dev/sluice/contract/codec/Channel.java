package dev.sluice.contract.codec;

import dev.sluice.contract.event.AccessDenied;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A topic as the AsyncAPI document describes it.
 *
 * @param title its name in the document
 * @param key what its records' keys are
 * @param settings the settings with which it is created
 * @param events the types of its events
 */
record Channel(
    String title,
    String address,
    String description,
    String key,
    Map<String, Object> settings,
    List<Class<? extends Event>> events) {

  static final List<Channel> ALL =
      List.of(
          new Channel(
              "changes",
              "sluice.changes",
              "Events for the dispatcher.",
              "The repository in lower case, host[:port]/path",
              deleted("LogAppendTime"),
              List.of(ChangeEvent.class)),
          new Channel(
              "sync",
              "sluice.sync.{cluster}",
              "The desired state of each application in a cluster: the newest record of a key is in"
                  + " force.",
              "The application, or ~question, ~sources/APPLICATION, ~suspension/APPLICATION",
              compacted(Duration.ofDays(30)),
              List.of(
                  SyncEvent.class, SourcesEvent.class, SuspensionEvent.class, QuestionEvent.class)),
          new Channel(
              "results",
              "sluice.results",
              "Outcomes of targets: the audit log.",
              "CLUSTER/APPLICATION, the cluster, or api/access",
              deleted("CreateTime"),
              List.of(ResultEvent.class, AccessDenied.class)),
          new Channel(
              "deadLetters",
              "sluice.dead-letters",
              "The lifecycle of dead letters.",
              "CLUSTER/APPLICATION, or the position of a record that could not be decoded",
              deleted("CreateTime"),
              List.of(DeadLetterEvent.class)),
          new Channel(
              "state",
              "sluice.state",
              "Internal state of the dispatcher's partitions; not a public interface.",
              "ref/REPOSITORY#REF, repository/REPOSITORY or application/APPLICATION",
              compacted(Duration.ZERO),
              List.of(StateRecord.class)),
          new Channel(
              "heartbeats",
              "sluice.heartbeats",
              "Reports of the running parts, and of workers about applications: the newest record"
                  + " of a key is the state. A record of a ledger without a value: the"
                  + " application was removed from the cluster.",
              "PART/INSTANCE[/CLUSTER], or ledger/CLUSTER/APPLICATION",
              compacted(Duration.ZERO),
              List.of(Heartbeat.class, Heartbeat.LedgerReport.class)),
          new Channel(
              "checkpoints",
              "sluice.checkpoints",
              "Signed checkpoints of all other topics, which prove that the log was not changed.",
              "TOPIC/PARTITION",
              deleted("CreateTime", -1),
              List.of(Checkpoint.class)));

  /** Returns the types of its events. */
  List<EventType> types() {
    return Arrays.stream(EventType.values())
        .filter(type -> events.stream().anyMatch(of -> of.isAssignableFrom(type.eventClass())))
        .toList();
  }

  static Map<String, Object> deleted(String timestamps) {
    return deleted(timestamps, Duration.ofDays(365).toMillis());
  }

  private static Map<String, Object> deleted(String timestamps, long retention) {
    return Map.of(
        "cleanup.policy",
        List.of("delete"),
        "retention.ms",
        retention,
        "max.message.bytes",
        16 * 1024 * 1024,
        "message.timestamp.type",
        timestamps);
  }

  private static Map<String, Object> compacted(Duration lag) {
    return Map.of(
        "cleanup.policy",
        List.of("compact"),
        "max.message.bytes",
        16 * 1024 * 1024,
        "message.timestamp.type",
        "CreateTime",
        "min.compaction.lag.ms",
        lag.toMillis());
  }
}
