package dev.sluice.contract.codec;

import dev.sluice.contract.event.AccessDenied;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.Waiting;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Registry of the event types: the name in {@code ce_type} and the Java record. */
public enum EventType {
  REF_CHANGED("ref-changed", ChangeEvent.RefChanged.class),
  MERGE_RECORDED("merge-recorded", ChangeEvent.MergeRecorded.class),
  REVIEW_RECORDED("review-recorded", ChangeEvent.ReviewRecorded.class),
  REPOSITORY_MOVED("repository-moved", ChangeEvent.RepositoryMoved.class),
  DEFAULT_BRANCH_CHANGED("default-branch-changed", ChangeEvent.DefaultBranchChanged.class),
  DEFINITION_ACCEPTED("definition-accepted", ChangeEvent.DefinitionAccepted.class),
  DEFINITION_REMOVED("definition-removed", ChangeEvent.DefinitionRemoved.class),
  REF_FORWARDED("ref-forwarded", ChangeEvent.RefForwarded.class),
  RENAME_FOUND("rename-found", ChangeEvent.RenameFound.class),
  READERS_ACCEPTED("readers-accepted", ChangeEvent.ReadersAccepted.class),
  LEDGER_AHEAD("ledger-ahead", ChangeEvent.LedgerAhead.class),
  DEPENDENCY_REPORTED("dependency-reported", ChangeEvent.DependencyReported.class),
  COMMAND_GIVEN("command-given", CommandEvent.Given.class),
  COMMAND_ANSWERED("command-answered", CommandEvent.Answered.class),
  COMMAND_OUTCOME("command-outcome", CommandEvent.Outcome.class),
  FLEET_APPROVAL_GIVEN("fleet-approval-given", FleetApprovalEvent.Given.class),
  FLEET_APPROVAL_ANSWERED("fleet-approval-answered", FleetApprovalEvent.Answered.class),
  ACCESS_DENIED("access-denied", AccessDenied.class),
  TARGET("target", SyncEvent.Target.class),
  REMOVAL("removal", SyncEvent.Removal.class),
  SOURCES_REFUSED("sources-refused", SourcesEvent.Refused.class),
  SOURCES_ACCEPTED("sources-accepted", SourcesEvent.Accepted.class),
  SUSPENSION("suspension", SuspensionEvent.class),
  DIFF_ASKED("diff-asked", QuestionEvent.DiffAsked.class),
  OBJECTS_ASKED("objects-asked", QuestionEvent.ObjectsAsked.class),
  DISPATCHED("dispatched", ResultEvent.Dispatched.class),
  HELD("held", ResultEvent.Held.class),
  PLANNED("planned", ResultEvent.Planned.class),
  WAITING("waiting", Waiting.class),
  APPLIED("applied", ResultEvent.Applied.class),
  UNCHANGED("unchanged", ResultEvent.Unchanged.class),
  SUPERSEDED("superseded", ResultEvent.Superseded.class),
  RETRYING("retrying", ResultEvent.Retrying.class),
  PARKED("parked", ResultEvent.Parked.class),
  REMOVED("removed", ResultEvent.Removed.class),
  FENCED("fenced", ResultEvent.Fenced.class),
  SWEPT("swept", ResultEvent.Swept.class),
  WORKER_HELLO("worker-hello", ResultEvent.WorkerHello.class),
  DIFF_ANSWERED("diff-answered", DiffAnswered.class),
  OBJECTS_ANSWERED("objects-answered", ObjectsAnswered.class),
  PROGRESSING("progressing", ObservedEvent.Progressing.class),
  HEALTHY("healthy", ObservedEvent.Healthy.class),
  DEGRADED("degraded", ObservedEvent.Degraded.class),
  DRIFTED("drifted", ObservedEvent.Drifted.class),
  DRIFT_ENDED("drift-ended", ObservedEvent.DriftEnded.class),
  HEALED("healed", ObservedEvent.Healed.class),
  CONTENDED("contended", ObservedEvent.Contended.class),
  DEAD_LETTER_OPENED("dead-letter-opened", DeadLetterEvent.Opened.class),
  DEAD_LETTER_RETRIED("dead-letter-retried", DeadLetterEvent.Retried.class),
  DEAD_LETTER_CLOSED("dead-letter-closed", DeadLetterEvent.Closed.class),
  REF_STATE("ref-state", StateRecord.RefState.class),
  REPOSITORY_STATE("repository-state", StateRecord.RepositoryState.class),
  DEPENDENCY_STATE("dependency-state", StateRecord.DependencyState.class),
  APPLICATION_STATE("application-state", ApplicationState.class),
  HEARTBEAT("heartbeat", Heartbeat.class),
  LEDGER_REPORT("ledger-report", Heartbeat.LedgerReport.class),
  CHECKPOINT("checkpoint", Checkpoint.class);

  private static final Map<Class<?>, EventType> BY_CLASS =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(type -> type.eventClass, Function.identity()));
  private static final Map<String, EventType> BY_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(EventType::ceType, Function.identity()));

  private final String slug;
  private final Class<? extends Event> eventClass;

  EventType(String slug, Class<? extends Event> eventClass) {
    this.slug = slug;
    this.eventClass = eventClass;
  }

  /** Returns the type of an event. */
  public static EventType of(Event event) {
    EventType type = BY_CLASS.get(event.getClass());
    if (type == null) {
      throw new IllegalStateException("unregistered event class " + event.getClass().getName());
    }
    return type;
  }

  static Optional<EventType> named(String ceType) {
    return Optional.ofNullable(BY_NAME.get(ceType));
  }

  /** Returns the type with a short name, such as {@code ref-changed}. */
  public static Optional<EventType> withSlug(String slug) {
    return Arrays.stream(values()).filter(type -> type.slug.equals(slug)).findFirst();
  }

  /** Returns the short name, such as {@code ref-changed}. */
  public String slug() {
    return slug;
  }

  /** Returns the CloudEvents type, such as {@code dev.sluice.ref-changed.v1}. */
  public String ceType() {
    return "dev.sluice." + slug + ".v1";
  }

  /** Returns the name of the JSON Schema file, such as {@code ref-changed.v1.json}. */
  public String schemaFile() {
    return slug + ".v1.json";
  }

  /**
   * Returns the URI of the JSON Schema: its {@code $id}, and the {@code ce_dataschema} of the
   * records. It is the same in every installation; each API serves the schema under the URI's path.
   */
  public String schemaId() {
    return "https://sluice.dev" + PublishedSchemas.PATH + "events/" + schemaFile();
  }

  public Class<? extends Event> eventClass() {
    return eventClass;
  }
}
