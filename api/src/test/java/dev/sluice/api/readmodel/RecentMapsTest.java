package dev.sluice.api.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RecentMapsTest {

  private final RecentMaps maps = new RecentMaps();
  private final AtomicInteger queries = new AtomicInteger();

  /** Takes so long that the map is kept for a second. */
  private FleetMap query() {
    queries.incrementAndGet();
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < 250_000_000) {
      Thread.onSpinWait();
    }
    return new FleetMap(List.of());
  }

  @Test
  void callersWithTheSameLimitsShareAMapForAWhile() {
    maps.get(Scope.ALL, this::query);
    maps.get(Scope.ALL, this::query);
    assertThat(queries).hasValue(1);

    maps.get(new Scope(List.of("web"), List.of()), this::query);
    assertThat(queries).hasValue(2);

    await()
        .untilAsserted(
            () -> {
              maps.get(Scope.ALL, this::query);
              assertThat(queries).hasValueGreaterThan(2);
            });
  }
}
