package dev.sluice.api.projection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.event.FieldWriter;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedEvent.Contended;
import dev.sluice.contract.event.ObservedEvent.DriftEnded;
import dev.sluice.contract.event.ObservedEvent.Drifted;
import dev.sluice.contract.event.ObservedEvent.Healed;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.event.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Projection of observations: health and drift of the generation that a cluster holds, and their
 * history. They never change the outcome of a generation.
 */
final class ObservationProjection {

  private static final String HERE = " WHERE application = ? AND cluster = ?";

  /** Longest list of fields in the history of an object; the drift itself has all of them. */
  private static final int SHOWN_FIELDS = 5;

  /** The number of entries that are kept of an application in a cluster. */
  static final int KEPT = 1_000;

  private final Sql sql;

  ObservationProjection(Sql sql) {
    this.sql = sql;
  }

  void project(ObservedEvent event, ReceivedEvent received) {
    Entries entries = new Entries(event, received);
    switch (event) {
      case ObservedEvent.OfHealth health -> health(health, entries);
      case Drifted drifted -> {
        Drift before = drift(drifted.subject());
        before.news(drifted).forEach(entries::drifted);
        replace(drifted.subject(), before.drifted(drifted));
      }
      case DriftEnded ended -> {
        if (!drift(ended.subject()).isOver()) {
          entries.add(Optional.empty(), "", "nothing differs any longer", Optional.empty());
        }
        replace(ended.subject(), Drift.NONE);
      }
      case Healed healed -> {
        healed.changes().forEach(change -> entries.healed(change, healed.took()));
        replace(healed.subject(), drift(healed.subject()).healed(healed));
      }
      case Contended contended -> {
        entries.contended(contended);
        replace(
            contended.subject(), drift(contended.subject()).contended(contended, received.at()));
      }
    }
    entries.deleteOldest();
  }

  /** Forgets the drift of the generation that was applied, and of those before it. */
  void applied(Subject subject) {
    sql.update(
        "DELETE FROM drift" + HERE + " AND generation <= ?",
        subject.application(),
        subject.cluster(),
        subject.generation());
  }

  /** Forgets the health and the drift of a removed application, and their history. */
  void removed(Subject subject) {
    applied(subject);
    sql.update(
        "DELETE FROM health" + HERE + " AND generation <= ?",
        subject.application(),
        subject.cluster(),
        subject.generation());
    sql.update(
        "DELETE FROM observation" + HERE + " AND generation <= ?",
        subject.application(),
        subject.cluster(),
        subject.generation());
  }

  private void health(ObservedEvent.OfHealth event, Entries entries) {
    Subject subject = event.subject();
    ObservedHealth observed = event.observed();
    Optional<String> reason =
        observed.unhealthy().stream().findFirst().map(ObservationProjection::sentence);
    boolean isKnown =
        sql.number(
                "SELECT count(*) AS n FROM health"
                    + HERE
                    + " AND generation = ? AND health = ? AND reason IS ?",
                subject.application(),
                subject.cluster(),
                subject.generation(),
                observed.health().word(),
                reason)
            > 0;
    if (!isKnown) {
      entries.add(
          Optional.empty(),
          "",
          reason.orElse("%d objects".formatted(observed.objects())),
          sinceApplied(subject, entries.at()));
    }
    sql.update(
        """
        INSERT INTO health VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT DO UPDATE SET generation = ?3, health = ?4, since = ?5, objects = ?6, unhealthy = ?7, reason = ?8, body = ?9
        WHERE generation <= ?3
        """,
        subject.application(),
        subject.cluster(),
        subject.generation(),
        observed.health().word(),
        observed.since(),
        observed.objects(),
        observed.unhealthy().size() + observed.omitted().orElse(0),
        reason,
        Columns.json(observed));
    sql.update(
        """
        UPDATE generation SET health = ?4, health_since = ?5, health_reason = ?6,
          healthy_at = CASE WHEN ?4 = 'Healthy' THEN ifnull(healthy_at, ?5) ELSE healthy_at END
        WHERE application = ?1 AND cluster = ?2 AND generation = ?3
        """,
        subject.application(),
        subject.cluster(),
        subject.generation(),
        observed.health().word(),
        observed.since(),
        reason);
  }

  static String sentence(ObservedObject object) {
    return "%s %s".formatted(object.object(), object.reason());
  }

  private Optional<Duration> sinceApplied(Subject subject, Instant at) {
    return sql.find(
            "SELECT applied_at FROM generation" + HERE + " AND generation = ?",
            row -> row.findTime("applied_at"),
            subject.application(),
            subject.cluster(),
            subject.generation())
        .flatMap(applied -> applied)
        .map(applied -> Duration.between(applied, at))
        .filter(after -> !after.isNegative());
  }

  private Drift drift(Subject subject) {
    return sql.find(
            "SELECT body FROM drift" + HERE,
            row -> Columns.value(row.text("body").getBytes(UTF_8), Drift.class),
            subject.application(),
            subject.cluster())
        .orElse(Drift.NONE);
  }

  /** Stores the drift, unless the cluster holds a newer generation. */
  private void replace(Subject subject, Drift drift) {
    boolean isStale =
        sql.number(
                "SELECT count(*) AS n FROM status" + HERE + " AND applied_generation > ?",
                subject.application(),
                subject.cluster(),
                subject.generation())
            > 0;
    if (isStale) {
      return;
    }
    applied(subject);
    if (drift.isOver()) {
      return;
    }
    sql.update(
        "INSERT OR REPLACE INTO drift VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        subject.application(),
        subject.cluster(),
        subject.generation(),
        drift.since(),
        drift.size(),
        drift.contended().size(),
        drift.heals() ? 1 : 0,
        writers(drift.objects().stream().flatMap(one -> one.writers().stream()).toList()),
        Columns.json(drift));
  }

  /** Returns the names of the managers, each once. */
  private static String writers(List<FieldWriter> writers) {
    return writers.stream().map(FieldWriter::manager).distinct().collect(joining(", "));
  }

  /** The entries of one event in the history of a generation. */
  private final class Entries {

    private final ObservedEvent event;
    private final ReceivedEvent received;
    private int ordinal;

    Entries(ObservedEvent event, ReceivedEvent received) {
      this.event = event;
      this.received = received;
    }

    Instant at() {
      return received.at();
    }

    void drifted(ObjectDrift drift) {
      add(
          Optional.of(drift.object()),
          writers(drift.writers()),
          drift.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ') + fields(drift),
          Optional.empty());
    }

    void healed(ObjectChange change, Duration took) {
      add(
          Optional.of(change.object()),
          "",
          change.action().name().toLowerCase(Locale.ROOT),
          Optional.of(took));
    }

    void contended(Contended contended) {
      add(
          Optional.of(contended.object()),
          writers(contended.writers()),
          "needed %d heals within %d s; the next one waits %d s"
              .formatted(
                  contended.heals(), contended.within().toSeconds(), contended.pause().toSeconds()),
          Optional.empty());
    }

    void add(Optional<ObjectRef> object, String writers, String detail, Optional<Duration> after) {
      Subject subject = event.subject();
      sql.update(
          "INSERT INTO observation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          received.sequence(),
          ordinal++,
          subject.application(),
          subject.cluster(),
          subject.generation(),
          received.at(),
          EventType.of(event).slug(),
          object.map(ObjectRef::kind),
          object.map(ObjectRef::namespace),
          object.map(ObjectRef::name),
          writers.isEmpty() ? Optional.empty() : Optional.of(writers),
          detail,
          after.map(Duration::toMillis));
    }

    /** Deletes the oldest entries of the application in the cluster, if it has too many now. */
    void deleteOldest() {
      if (ordinal == 0) {
        return;
      }
      sql.update(
          """
          DELETE FROM observation WHERE application = ?1 AND cluster = ?2 AND (sequence, ordinal) <= (
            SELECT sequence, ordinal FROM observation WHERE application = ?1 AND cluster = ?2
            ORDER BY sequence DESC, ordinal DESC LIMIT 1 OFFSET ?3)
          """,
          event.subject().application(),
          event.subject().cluster(),
          KEPT);
    }

    private static String fields(ObjectDrift drift) {
      List<String> paths = drift.fields().stream().map(ObjectDifference.Field::path).toList();
      String shown = paths.stream().limit(SHOWN_FIELDS).collect(joining(", "));
      return paths.isEmpty()
          ? ""
          : ": "
              + shown
              + (paths.size() > SHOWN_FIELDS
                  ? " and " + (paths.size() - SHOWN_FIELDS) + " more"
                  : "");
    }
  }
}
