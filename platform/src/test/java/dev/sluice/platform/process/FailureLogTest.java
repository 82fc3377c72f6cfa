package dev.sluice.platform.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class FailureLogTest {

  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger log = (Logger) LoggerFactory.getLogger(FailureLogTest.class);
  private final List<String> counted = new ArrayList<>();
  private final FailureLog.Subscription counting = FailureLog.countBy(counted::add);

  @BeforeEach
  void listen() {
    log.setLevel(Level.INFO);
    log.setAdditive(false);
    lines.start();
    log.addAppender(lines);
  }

  @AfterEach
  void stop() {
    counting.close();
    log.detachAppender(lines);
  }

  @Test
  void repeatsAreCountedAndOnlyChangesAreLogged() {
    FailureLog failures = atOnce();
    for (int port = 1; port <= 3; port++) {
      failures.failed("reading", new TimeoutException("no answer from port " + port));
    }
    failures.failed("reading", new IOException("connection reset"));
    failures.failed("reading", new TimeoutException("no answer from port 4"));
    failures.failed("writing", "no space left");
    failures.succeeded("reading");
    failures.succeeded("reading");
    failures.failed("reading", new IOException("connection reset"));

    assertThat(texts())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("reading failed: ").contains("from port 1"),
            line -> assertThat(line).contains("connection reset; trying again until it succeeds"),
            line -> assertThat(line).startsWith("writing failed: no space left"),
            line ->
                assertThat(line)
                    .isEqualTo("reading succeeds again after 0 s and 5 failed attempts"),
            line -> assertThat(line).contains("connection reset"));
    assertThat(lines.list).allMatch(line -> line.getThrowableProxy() == null);
    assertThat(counted).filteredOn("test"::equals).hasSize(7);
  }

  @Test
  void aFailureThatNobodyExpectsHasItsStackTraceOnce() {
    FailureLog failures = atOnce();

    IntStream.range(0, 3)
        .forEach(_ -> failures.failed("reading", new IllegalStateException("a fault")));

    assertThat(lines.list).singleElement().matches(line -> line.getThrowableProxy() != null);
  }

  @Test
  void theEndNamesTheTime() {
    AtomicLong minutes = new AtomicLong();
    FailureLog failures =
        new FailureLog(log, "test", () -> Duration.ofMinutes(minutes.getAndAdd(5)).toNanos());
    failures.failed("reading", "no answer");
    failures.succeeded("reading");

    assertThat(texts().getLast())
        .isEqualTo("reading succeeds again after 5 m and 1 failed attempts");
  }

  private FailureLog atOnce() {
    return new FailureLog(log, "test", () -> 0);
  }

  private List<String> texts() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
