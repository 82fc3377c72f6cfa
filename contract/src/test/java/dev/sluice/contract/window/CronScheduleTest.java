package dev.sluice.contract.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.json.Json;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronScheduleTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  /** 2026-12-01 is a Tuesday. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "* * * * *           | 2026-12-01T10:00:00 | 2026-12-01T10:01",
        "* * * * *           | 2026-12-01T10:00:30 | 2026-12-01T10:01",
        "*/15 * * * *        | 2026-12-01T10:15:00 | 2026-12-01T10:30",
        "5-20/5 * * * *      | 2026-12-01T10:20:00 | 2026-12-01T11:05",
        "0,30 8-9 * * *      | 2026-12-01T09:30:00 | 2026-12-02T08:00",
        "0 22 * * *          | 2026-12-01T21:59:59 | 2026-12-01T22:00",
        "0 22 * * *          | 2026-12-01T22:00:00 | 2026-12-02T22:00",
        "0 22 * * mon-FRI    | 2026-12-04T22:00:00 | 2026-12-07T22:00",
        "0 0 * * 0           | 2026-12-01T00:00:00 | 2026-12-06T00:00",
        "0 0 * * 7           | 2026-12-01T00:00:00 | 2026-12-06T00:00",
        "0 0 * * 5-7         | 2026-12-06T00:00:00 | 2026-12-11T00:00",
        "0 0 * feb *         | 2026-12-01T00:00:00 | 2027-02-01T00:00",
        "0 0 31 * *          | 2026-12-31T00:00:00 | 2027-01-31T00:00",
        "0 0 31 2,4,5 *      | 2026-12-31T00:00:00 | 2027-05-31T00:00",
        "0 0 29 2 *          | 2026-12-31T00:00:00 | 2028-02-29T00:00",
        "0 0 29 2 *          | 2096-02-29T00:00:00 | 2104-02-29T00:00",
        // either day matches, unless one of the two begins with *
        "0 0 10 * thu        | 2026-12-01T00:00:00 | 2026-12-03T00:00",
        "0 0 10 * wed        | 2026-12-09T00:00:00 | 2026-12-10T00:00",
        "0 0 */2 * wed       | 2026-12-02T00:00:00 | 2026-12-09T00:00",
        "0 0 10 * *          | 2026-12-01T00:00:00 | 2026-12-10T00:00",
      })
  void findsTheNextAndTheLastTime(String text, String after, String expected) {
    CronSchedule schedule = CronSchedule.parse(text);
    Instant start = LocalDateTime.parse(expected).toInstant(ZoneOffset.UTC);

    Instant next = schedule.nextAfter(Instant.parse(after + "Z"), ZoneOffset.UTC);

    assertThat(next).isEqualTo(start);
    assertThat(schedule.lastUntil(start, ZoneOffset.UTC)).isEqualTo(start);
    assertThat(schedule.lastUntil(start.minusNanos(1), ZoneOffset.UTC))
        .isBeforeOrEqualTo(Instant.parse(after + "Z"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2026-07-01T00:00:00Z | 2026-07-01T20:00:00Z",
        "2026-12-01T00:00:00Z | 2026-12-01T21:00:00Z",
      })
  void followsTheClocksOfTheZone(String after, String expected) {
    assertThat(CronSchedule.parse("0 22 * * *").nextAfter(Instant.parse(after), BERLIN))
        .isEqualTo(expected);
  }

  /** On 2026-03-29 Berlin has no times from 02:00 to 03:00, which is 01:00Z. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "30 2 * * *    | 2026-03-28T12:00:00Z | 2026-03-29T01:00:00Z",
        "30 2 * * *    | 2026-03-29T01:00:00Z | 2026-03-30T00:30:00Z",
        "15,45 2 * * * | 2026-03-28T12:00:00Z | 2026-03-29T01:00:00Z",
        "15,45 2 * * * | 2026-03-29T01:00:00Z | 2026-03-30T00:15:00Z",
        "0 3 * * *     | 2026-03-28T12:00:00Z | 2026-03-29T01:00:00Z",
      })
  void startsAtTheEndOfAGap(String text, String after, String expected) {
    CronSchedule schedule = CronSchedule.parse(text);
    Instant start = Instant.parse(expected);

    assertThat(schedule.nextAfter(Instant.parse(after), BERLIN)).isEqualTo(start);
    assertThat(schedule.lastUntil(start, BERLIN)).isEqualTo(start);
  }

  /** On 2026-10-25 Berlin has the times from 02:00 to 03:00 twice, from 00:00Z and from 01:00Z. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "30 2 * * * | 2026-10-24T12:00:00Z | 2026-10-25T00:30:00Z",
        "30 2 * * * | 2026-10-25T00:30:00Z | 2026-10-26T01:30:00Z",
        "0 * * * *  | 2026-10-25T00:00:00Z | 2026-10-25T02:00:00Z",
      })
  void startsOnceInAnOverlap(String text, String after, String expected) {
    CronSchedule schedule = CronSchedule.parse(text);
    Instant start = Instant.parse(expected);

    assertThat(schedule.nextAfter(Instant.parse(after), BERLIN)).isEqualTo(start);
    assertThat(schedule.lastUntil(start.minusSeconds(1), BERLIN))
        .isBeforeOrEqualTo(Instant.parse(after));
  }

  /** The minute after it begins later: a search from here on tries no time in vain. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2026-12-01T10:00:00Z | 2026-12-01T11:00",
        "2026-12-01T10:00:59Z | 2026-12-01T11:00",
        "2026-03-29T00:59:59Z | 2026-03-29T01:59",
        "2026-03-29T01:00:00Z | 2026-03-29T03:00",
        "2026-10-25T00:59:00Z | 2026-10-25T02:59",
        "2026-10-25T01:00:00Z | 2026-10-25T02:59",
        "2026-10-25T01:59:59Z | 2026-10-25T02:59",
        "2026-10-25T02:00:00Z | 2026-10-25T03:00",
      })
  void searchesFromTheLastMinuteThatHasBegun(String instant, String expected) {
    Instant now = Instant.parse(instant);
    CronSchedule eachMinute = CronSchedule.parse("* * * * *");

    assertThat(CronSchedule.lastMinute(now, BERLIN)).isEqualTo(expected);
    assertThat(eachMinute.lastUntil(now, BERLIN)).isBeforeOrEqualTo(now);
    assertThat(eachMinute.nextAfter(now, BERLIN)).isAfter(now);
  }

  /** In 2026 Lord Howe Island puts its clocks back by half an hour, on 4 April at 15:00Z. */
  @Test
  void followsAnOverlapOfHalfAnHour() {
    ZoneId zone = ZoneId.of("Australia/Lord_Howe");
    CronSchedule schedule = CronSchedule.parse("*/15 * * * *");

    assertThat(schedule.lastUntil(Instant.parse("2026-04-04T15:20:00Z"), zone))
        .isEqualTo("2026-04-04T14:45:00Z");
    assertThat(schedule.nextAfter(Instant.parse("2026-04-04T14:45:00Z"), zone))
        .isEqualTo("2026-04-04T15:30:00Z");
  }

  @Test
  void findsTheFirstPassOfAnOverlapFromWithinTheSecond() {
    assertThat(
            CronSchedule.parse("45 2 * * *")
                .lastUntil(Instant.parse("2026-10-25T01:15:00Z"), BERLIN))
        .isEqualTo("2026-10-25T00:45:00Z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "* * * *",
        "* * * * * *",
        "@daily",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * * 8",
        "* * * mon *",
        "* * * * jan",
        "5-1 * * * *",
        "*/0 * * * *",
        "5/10 * * * *",
        "1-2-3 * * * *",
        "1/2/3 * * * *",
        "1, * * * *",
        "-5 * * * *",
        "? * * * *",
        "111111111111 * * * *",
        "0 0 30 2 *",
        "0 0 31 4,6,9,11 *",
      })
  void refusesOtherText(String text) {
    assertThatThrownBy(() -> CronSchedule.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cron schedule");
  }

  @Test
  void namesTheFieldThatIsWrong() {
    assertThatThrownBy(() -> CronSchedule.parse("0 25 * * *"))
        .hasMessage(
            "the hour of a cron schedule is *, or numbers from 0 to 23, ranges and lists of these"
                + " such as 0,1-3, with steps such as */2; not '25'");
  }

  @Test
  void isItsTextInJson() throws JsonProcessingException {
    CronSchedule schedule = CronSchedule.parse(" 0  22 * * * ");

    String json = Json.mapper().writeValueAsString(schedule);

    assertThat(json).isEqualTo("\"0 22 * * *\"");
    assertThat(Json.mapper().readValue(json, CronSchedule.class)).isEqualTo(schedule);
  }
}
