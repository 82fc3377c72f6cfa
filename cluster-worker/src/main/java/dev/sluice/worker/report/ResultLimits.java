package dev.sluice.worker.report;

import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeletionPlan;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.OtherManagers;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Waiting;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Limits the size of events, so that no input of an application makes a record that the broker
 * rejects. Lists are cut to their first elements, and the event counts the omitted ones.
 */
public final class ResultLimits {

  /** Maximum JSON size of an event in bytes, except for a dead letter with its record. */
  public static final int MAX_BYTES = 4 * 1024 * 1024;

  /** An undecodable record of up to 8 MiB is kept whole; as Base64 it is a third larger. */
  private static final int MAX_BYTES_WITH_RECORD = 12 * 1024 * 1024;

  /** Leaves room for the fields beside a list. */
  private static final int MAX_LIST_BYTES = MAX_BYTES - 64 * 1024;

  private static final int MAX_TEXT = 8 * 1024;
  private static final int MAX_REF = 2 * 1024;

  private ResultLimits() {}

  /** Returns the event, shortened if it exceeds the limit. */
  static Event bounded(Event event) {
    int most = event instanceof DeadLetterEvent.Opened ? MAX_BYTES_WITH_RECORD : MAX_BYTES;
    return EventCodec.value(event).length <= most ? event : cut(event, MAX_LIST_BYTES);
  }

  /**
   * Returns the event without all fields that may be long, for a broker with a lower limit than
   * expected.
   */
  static Event least(Event event) {
    return cut(event, 0);
  }

  /** Returns the first elements that together have at most this many bytes of JSON. */
  public static <T> List<T> first(List<T> elements, long bytes) {
    List<T> first = new ArrayList<>();
    long left = bytes;
    for (T element : elements) {
      left -= bytes(element);
      if (left < 0) {
        break;
      }
      first.add(element);
    }
    return first;
  }

  /**
   * Splits a list into parts of at most this many bytes of JSON each, in order. An empty list makes
   * one empty part. A larger element is a part by itself.
   */
  public static <T> List<List<T>> parts(List<T> elements, long bytes) {
    List<List<T>> parts = new ArrayList<>();
    List<T> part = new ArrayList<>();
    long left = bytes;
    for (T element : elements) {
      int own = bytes(element);
      if (own > left && !part.isEmpty()) {
        parts.add(part);
        part = new ArrayList<>();
        left = bytes;
      }
      part.add(element);
      left -= own;
    }
    parts.add(part);
    return parts;
  }

  private static Event cut(Event event, int listBytes) {
    return switch (event) {
      case ResultEvent.Planned it ->
          cut(
              it.changes(),
              listBytes,
              (changes, omitted) ->
                  new ResultEvent.Planned(it.subject(), changes, text(it.renderer()), omitted));
      case Waiting it -> {
        List<ObservedObject> first = first(it.objects(), listBytes);
        yield new Waiting(
            it.subject(),
            it.stage(),
            first,
            omitted(it.omitted(), it.objects(), first),
            it.until());
      }
      case ResultEvent.Applied it ->
          cut(
              it.changes(),
              listBytes,
              (changes, omitted) ->
                  new ResultEvent.Applied(
                      it.subject(),
                      changes,
                      it.objects(),
                      it.timings(),
                      it.renderer().map(ResultLimits::text),
                      omitted,
                      it.kept(),
                      it.generated()));
      case ResultEvent.Removed it ->
          cut(
              it.changes(),
              listBytes,
              (changes, omitted) -> new ResultEvent.Removed(it.subject(), changes, omitted));
      case ResultEvent.Swept it ->
          cut(
              it.changes(),
              listBytes,
              (changes, omitted) ->
                  new ResultEvent.Swept(it.cluster(), it.application(), changes, omitted));
      case ResultEvent.Unchanged it ->
          new ResultEvent.Unchanged(
              it.subject(), it.objects(), it.renderer().map(ResultLimits::text), it.generated());
      case ResultEvent.Retrying it ->
          new ResultEvent.Retrying(it.subject(), it.attempt(), it.delay(), failure(it.failure()));
      case ResultEvent.Parked it ->
          new ResultEvent.Parked(it.subject(), failure(it.failure()), text(it.wakesOn()));
      case ResultEvent.WorkerHello it ->
          new ResultEvent.WorkerHello(it.cluster(), it.worker(), Map.of(), it.renderIsolation());
      case DiffAnswered it -> answer(it, listBytes);
      case ObjectsAnswered it -> answer(it, listBytes);
      case ObservedEvent it -> observed(it, listBytes);
      case ResultEvent.Dispatched it -> it;
      case ResultEvent.Held it -> it;
      case ResultEvent.Superseded it -> it;
      case ResultEvent.Fenced it -> it;
      case DeadLetterEvent.Opened it ->
          new DeadLetterEvent.Opened(
              it.entry(),
              it.key(),
              it.subject(),
              failure(it.failure()),
              it.attempts(),
              OriginalRecord.at(
                  it.original().topic(), it.original().partition(), it.original().offset()),
              it.firstAt());
      case DeadLetterEvent.Retried it ->
          new DeadLetterEvent.Retried(it.entry(), it.key(), it.attempts(), failure(it.failure()));
      case DeadLetterEvent.Closed it -> it;
      case Event other ->
          throw new IllegalArgumentException("a worker does not write " + other.getClass());
    };
  }

  private static Event cut(
      List<ObjectChange> changes,
      int bytes,
      BiFunction<List<ObjectChange>, Optional<Integer>, Event> made) {
    List<ObjectChange> first = first(changes, bytes);
    int omitted = changes.size() - first.size();
    return made.apply(first, omitted == 0 ? Optional.empty() : Optional.of(omitted));
  }

  private static ObservedEvent observed(ObservedEvent event, int bytes) {
    return switch (event) {
      case ObservedEvent.Progressing it ->
          new ObservedEvent.Progressing(it.subject(), health(it.observed(), bytes));
      case ObservedEvent.Healthy it ->
          new ObservedEvent.Healthy(it.subject(), health(it.observed(), bytes));
      case ObservedEvent.Degraded it ->
          new ObservedEvent.Degraded(it.subject(), health(it.observed(), bytes));
      case ObservedEvent.Drifted it -> {
        var first = first(it.objects(), bytes);
        yield new ObservedEvent.Drifted(
            it.subject(), first, omitted(it.omitted(), it.objects(), first), it.heals());
      }
      case ObservedEvent.Healed it -> {
        var first = first(it.changes(), bytes);
        yield new ObservedEvent.Healed(
            it.subject(), first, it.took(), omitted(it.omitted(), it.changes(), first));
      }
      case ObservedEvent.Contended it ->
          new ObservedEvent.Contended(
              it.subject(),
              it.object(),
              first(it.writers(), bytes),
              it.heals(),
              it.within(),
              it.pause());
      case ObservedEvent.DriftEnded it -> it;
    };
  }

  static ObservedHealth health(ObservedHealth observed, int bytes) {
    var first = first(observed.unhealthy(), bytes);
    return new ObservedHealth(
        observed.health(),
        observed.objects(),
        first,
        omitted(observed.omitted(), observed.unhealthy(), first),
        observed.since());
  }

  private static Optional<Integer> omitted(
      Optional<Integer> before, List<?> elements, List<?> listed) {
    int omitted = before.orElse(0) + elements.size() - listed.size();
    return omitted == 0 ? Optional.empty() : Optional.of(omitted);
  }

  private static Event answer(DiffAnswered answered, int bytes) {
    var first = first(answered.differences(), bytes);
    return new DiffAnswered(
        answered.cluster(),
        answered.application(),
        answered.question(),
        text(answered.by()),
        answered.generation(),
        answered.ledgerGeneration(),
        first,
        answered.omitted() + answered.differences().size() - first.size(),
        answered.failure().map(ResultLimits::failure),
        answered.part(),
        answered.parts(),
        answered
            .otherManagers()
            .map(all -> new OtherManagers(List.of(), all.owned().size() + all.omitted())));
  }

  private static Event answer(ObjectsAnswered answered, int bytes) {
    var first = first(answered.objects(), bytes);
    return new ObjectsAnswered(
        answered.cluster(),
        answered.application(),
        answered.question(),
        text(answered.by()),
        answered.generation(),
        first,
        answered.omitted() + answered.objects().size() - first.size(),
        answered.unlisted().stream().map(ResultLimits::text).toList(),
        answered.failure().map(ResultLimits::failure));
  }

  static Failure failure(Failure failure) {
    return new Failure(
        FailureCode.of(text(failure.code().value())),
        text(failure.message()),
        failure.stage(),
        failure.object().filter(ResultLimits::isNameable),
        failure.plan().map(ResultLimits::plan));
  }

  /** Keeps the fields that an approval needs; a diff shows the objects. */
  private static DeletionPlan plan(DeletionPlan plan) {
    return new DeletionPlan(
        plan.digest(),
        plan.generation(),
        plan.commit(),
        List.of(),
        plan.deletions().size() + plan.omitted(),
        plan.unknown());
  }

  private static boolean isNameable(ObjectRef ref) {
    return bytes(ref) <= MAX_REF;
  }

  private static String text(String text) {
    return Excerpt.of(text, MAX_TEXT);
  }

  private static int bytes(Object value) {
    try {
      return Json.mapper().writeValueAsBytes(value).length;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + value.getClass().getName(), e);
    }
  }
}
