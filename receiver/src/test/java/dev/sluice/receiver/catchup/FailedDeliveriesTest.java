package dev.sluice.receiver.catchup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.receiver.catchup.FailedDeliveries.Attempt;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FailedDeliveriesTest {

  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  @Test
  void selectsUndecidedDeliveries() {
    assertThat(
            due(
                60,
                attempt(1, "cut-off", 0, 0),
                attempt(2, "taken", 0, 202),
                attempt(3, "ignored", 0, 200),
                attempt(4, "away", 0, 503),
                attempt(5, "refused", 0, 400),
                attempt(6, "unauthenticated", 0, 401),
                attempt(7, "limited", 0, 429),
                attempt(8, "gateway", 0, 502)))
        .containsExactly(1L, 4L, 7L, 8L);
  }

  @Test
  void skipsDeliveriesThatSucceededLater() {
    assertThat(due(600, attempt(2, "a", 60, 202), attempt(1, "a", 0, 503))).isEmpty();
    assertThat(due(600, attempt(2, "a", 60, 503), attempt(1, "a", 0, 202))).isEmpty();
    assertThat(due(600, attempt(2, "a", 60, 400), attempt(1, "a", 0, 503))).isEmpty();
  }

  @Test
  void waitsTwiceAsLongAfterEachAttempt() {
    Attempt first = attempt(1, "a", 0, 503);
    Attempt second = attempt(2, "a", 60, 503);
    Attempt third = attempt(3, "a", 180, 503);

    assertThat(due(59, first)).isEmpty();
    assertThat(due(60, first)).containsExactly(1L);
    assertThat(due(179, second, first)).isEmpty();
    assertThat(due(180, second, first)).containsExactly(2L);
    assertThat(due(419, third, second, first)).isEmpty();
    assertThat(due(420, third, second, first)).containsExactly(3L);
  }

  @Test
  void waitsAtMostAnHour() {
    List<Attempt> many = IntStream.range(0, 100).mapToObj(i -> attempt(i, "a", i, 503)).toList();
    Instant latest = many.getLast().deliveredAt();
    assertThat(FailedDeliveries.due(many, latest.plusSeconds(3_599))).isEmpty();
    assertThat(FailedDeliveries.due(many, latest.plusSeconds(3_600))).hasSize(1);
  }

  @Test
  void keepsTheOrderOfTheFirstAttempts() {
    assertThat(
            due(
                3_600,
                attempt(4, "first", 200, 503),
                attempt(3, "third", 100, 503),
                attempt(2, "second", 50, 503),
                attempt(1, "first", 0, 503)))
        .containsExactly(4L, 2L, 3L);
  }

  private static List<Long> due(long seconds, Attempt... attempts) {
    return FailedDeliveries.due(List.of(attempts), START.plusSeconds(seconds)).stream()
        .map(Attempt::id)
        .toList();
  }

  private static Attempt attempt(long id, String guid, long seconds, int status) {
    return new Attempt(id, guid, START.plusSeconds(seconds), status);
  }
}
