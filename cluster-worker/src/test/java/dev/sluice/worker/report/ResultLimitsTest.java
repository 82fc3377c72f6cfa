package dev.sluice.worker.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResultLimitsTest {

  private static final ClusterName CLUSTER = new ClusterName("staging");
  private static final ApplicationName WEB = new ApplicationName("web");
  private static final Subject SUBJECT =
      new Subject(CLUSTER, WEB, Generation.FIRST, Optional.empty(), EventId.of("sync"));
  private static final String HUGE = "\u20ac".repeat(6_000_000);
  private static final List<ObjectChange> MANY =
      IntStream.range(0, 100_000)
          .mapToObj(
              i ->
                  new ObjectChange(
                      new ObjectRef("v1", "ConfigMap", "web", "a".repeat(60) + i),
                      ObjectChange.Action.CREATED))
          .toList();
  private static final Failure FAILURE =
      new Failure(
          ApplyFailure.INVALID,
          "m".repeat(4_096),
          Failure.Stage.APPLY,
          Optional.of(new ObjectRef("v1", "ConfigMap", "web", HUGE)));
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  static Stream<Event> oversized() {
    return Stream.of(
        new ResultEvent.Planned(SUBJECT, MANY, "plain"),
        new ResultEvent.Applied(
            SUBJECT,
            MANY,
            MANY.size(),
            new ResultEvent.Timings(NOON, NOON, NOON, NOON),
            Optional.of("plain")),
        new ResultEvent.Removed(SUBJECT, MANY),
        new ResultEvent.Swept(CLUSTER, WEB, MANY),
        new ResultEvent.Unchanged(SUBJECT, 1, Optional.of(HUGE)),
        new ResultEvent.Retrying(SUBJECT, 1, Duration.ofSeconds(1), FAILURE),
        new ResultEvent.Parked(SUBJECT, FAILURE, HUGE),
        new DiffAnswered(
            CLUSTER,
            WEB,
            EventId.of("question"),
            "cat",
            Optional.empty(),
            Optional.empty(),
            Collections.nCopies(
                100_000,
                new ObjectDifference(
                    new ObjectRef("v1", "ConfigMap", "web", "a"),
                    ObjectDifference.Kind.CREATED,
                    List.of(),
                    Optional.empty())),
            0,
            Optional.of(FAILURE)),
        new DeadLetterEvent.Opened(
            new DeadLetterId("entry"),
            "key",
            Optional.of(SUBJECT),
            FAILURE,
            1,
            new OriginalRecord(
                "topic",
                0,
                7,
                Optional.of(new byte[8 * 1024 * 1024]),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            Optional.empty()),
        new DeadLetterEvent.Retried(new DeadLetterId("entry"), "key", 2, FAILURE));
  }

  @ParameterizedTest
  @MethodSource("oversized")
  void everyReportFitsARecord(Event event) {
    Event bounded = ResultLimits.bounded(event);

    assertThat(EventCodec.value(event)).hasSizeGreaterThan(ResultLimits.MAX_BYTES);
    assertThat(EventCodec.value(bounded)).hasSizeLessThanOrEqualTo(ResultLimits.MAX_BYTES);
    assertThat(EventCodec.value(ResultLimits.least(event))).hasSizeLessThan(64 * 1024);
    assertThat(bounded.getClass()).isEqualTo(event.getClass());
    assertThat(bounded.key()).isEqualTo(event.key());
  }

  @Test
  void aTruncatedListCountsTheOmittedElements() {
    ResultEvent.Removed cut =
        (ResultEvent.Removed) ResultLimits.bounded(new ResultEvent.Removed(SUBJECT, MANY));

    assertThat(cut.changes()).hasSizeGreaterThan(10_000);
    assertThat(cut.changes().size() + cut.omitted().orElseThrow()).isEqualTo(MANY.size());
    assertThat(cut.changes()).isEqualTo(MANY.subList(0, cut.changes().size()));
  }

  @Test
  void anEventThatFitsIsUnchanged() {
    ResultEvent.Removed small = new ResultEvent.Removed(SUBJECT, MANY.subList(0, 100));

    assertThat(ResultLimits.bounded(small)).isSameAs(small);
  }

  @Test
  void partsHoldAllInOrderAndEachIsBounded() {
    List<String> elements = IntStream.range(0, 1_000).mapToObj(i -> "x" + i).toList();

    List<List<String>> parts = ResultLimits.parts(elements, 100);

    assertThat(parts).hasSizeGreaterThan(50);
    assertThat(parts.stream().flatMap(List::stream)).containsExactlyElementsOf(elements);
    assertThat(ResultLimits.parts(List.of(), 100)).containsExactly(List.of());
    assertThat(ResultLimits.parts(List.of("a".repeat(500), "b"), 100)).hasSize(2);
  }
}
