package dev.sluice.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RefresherTest {

  @Test
  void aFailingReaderDoesNotAffectTheOthers() {
    AtomicInteger read = new AtomicInteger();
    AtomicInteger tried = new AtomicInteger();
    Refresher refreshing =
        new Refresher(
            Map.of(
                "a",
                () -> {
                  tried.incrementAndGet();
                  throw new IllegalStateException("a test's fault");
                },
                "b",
                read::incrementAndGet,
                "c",
                () -> {
                  tried.incrementAndGet();
                  throw new AssertionError("a test's fault");
                },
                "d",
                read::incrementAndGet));

    refreshing.refresh();
    refreshing.refresh();

    assertThat(read).hasValue(4);
    assertThat(tried).hasValue(4);
  }
}
