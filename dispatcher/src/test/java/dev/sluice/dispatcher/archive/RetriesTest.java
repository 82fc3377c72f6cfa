package dev.sluice.dispatcher.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.slf4j.helpers.NOPLogger;

/** When partitions that cannot be archived are tried again. */
class RetriesTest {

  private static final TopicPartition ONE = new TopicPartition("sync.one", 0);
  private static final TopicPartition TWO = new TopicPartition("sync.two", 0);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private Instant now = Instant.parse("2026-01-01T12:00:00Z");
  private final InstantSource source = () -> now;
  private final Clock clock = source.withZone(ZoneOffset.UTC);
  private final Retries retries = new Retries(clock, NOPLogger.NOP_LOGGER);

  @Test
  void aPartitionIsTriedAgainAfterALongerAndLongerTime() {
    fail(ONE);
    assertThat(retries.due()).isEmpty();
    assertThat(retries.untilNext(LONGEST)).isEqualTo(Duration.ofMillis(500));

    pass(Duration.ofMillis(500));
    assertThat(retries.due()).containsExactly(ONE);
    // it is being tried, and nothing else is waited for
    assertThat(retries.untilNext(LONGEST)).isEqualTo(LONGEST);

    fail(ONE);
    assertThat(retries.untilNext(LONGEST)).isEqualTo(Duration.ofSeconds(1));
    for (int attempts = 3; attempts < 20; attempts++) {
      fail(ONE);
    }
    assertThat(retries.untilNext(Duration.ofHours(1))).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void theReasonIsTheOldestFailureUntilAllHaveSucceeded() {
    retries.failed(ONE, new ArchiveException.Unavailable("the first"));
    pass(Duration.ofSeconds(1));
    retries.failed(TWO, new ArchiveException.Unavailable("the second"));
    assertThat(retries.reason()).hasValue("the first (since 2026-01-01T12:00:00Z, 1 attempts)");

    retries.succeeded(ONE);
    assertThat(retries.reason()).hasValueSatisfying(text -> assertThat(text).contains("second"));

    retries.succeeded(TWO);
    assertThat(retries.reason()).isEmpty();
  }

  @Test
  void aPartitionOfAnotherInstanceIsForgotten() {
    fail(ONE);
    fail(TWO);

    retries.keepOnly(Set.of(TWO));
    pass(Duration.ofSeconds(1));

    assertThat(retries.due()).containsExactly(TWO);
  }

  @Test
  void aPartitionThatIsTriedAndDoesNotFailHasRecovered() {
    fail(ONE);
    pass(Duration.ofSeconds(59));
    assertThat(retries.due()).containsExactly(ONE);

    pass(Duration.ofSeconds(2));

    assertThat(retries.due()).isEmpty();
    assertThat(retries.reason()).isEmpty();
  }

  private void fail(TopicPartition partition) {
    retries.failed(partition, new ArchiveException.Unavailable("the disk is full"));
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }
}
