package dev.sluice.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventStampTest {

  @Test
  void noNumberIsReturnedTwiceAlsoWhenTheClockStands() {
    Instant now = Instant.now();
    Set<Long> seen = ConcurrentHashMap.newKeySet();

    IntStream.range(0, 10_000).parallel().forEach(_ -> seen.add(EventStamp.next(now)));
    long afterwards = EventStamp.next(now.minusSeconds(60));

    assertThat(seen).hasSize(10_000);
    assertThat(afterwards).isGreaterThan(seen.stream().mapToLong(each -> each).max().orElseThrow());
  }
}
