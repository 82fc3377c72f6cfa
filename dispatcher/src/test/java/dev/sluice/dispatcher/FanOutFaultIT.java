package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.TIMING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.decide.DispatchListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failure of a partition in the middle of a change too large for one transaction. */
class FanOutFaultIT {

  private static final int MANY = 300;

  private Situation situation;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void aFenceBetweenTheBatchesOfAFanOutSendsNothingTwice() throws IOException {
    fanOutAndFail(() -> situation.fence().close(Duration.ZERO));
  }

  @Test
  void anErrorBetweenTheBatchesOfAFanOutSendsNothingTwice() throws IOException {
    fanOutAndFail(
        () -> {
          throw new StackOverflowError("as if the partition's thread had run into one");
        });
  }

  /**
   * Fails the partition when the first batch of a large change is in Kafka and the second is not.
   */
  private void fanOutAndFail(Runnable fault) throws IOException {
    StringBuilder documents = new StringBuilder();
    for (int i = 0; i < MANY; i++) {
      documents.append(
          """
          ---
          apiVersion: sluice.dev/v1
          kind: Application
          metadata: {name: app-%d}
          spec:
            source: {repository: shop, path: apps/app-%d}
            clusters: {names: [staging]}
            namespace: shop
          """
              .formatted(i, i));
      situation.put("app-" + i, "one");
    }
    situation.document("apps", documents.toString());
    situation.push();
    List<Integer> sentBefore = new CopyOnWriteArrayList<>();
    var clock =
        new FaultClock(
            () -> {
              int sent = situation.sync(STAGING).size();
              if (sent > MANY) {
                sentBefore.add(sent);
              }
              return sent > MANY;
            },
            fault);
    situation.start(situation.onePartition(TIMING), clock, DispatchListener.NONE);
    situation.awaitSync(STAGING, MANY);
    situation.awaitQuiet();
    for (int i = 0; i < MANY; i++) {
      situation.put("app-" + i, "two");
    }
    clock.armed = true;
    situation.pushAndNotify();
    situation.awaitSync(STAGING, 2 * MANY);
    situation.awaitQuiet();

    assertThat(sentBefore).singleElement().satisfies(sent -> assertThat(sent).isLessThan(2 * MANY));
    Map<ApplicationName, List<String>> sent =
        situation.sync(STAGING).stream()
            .collect(
                Collectors.groupingBy(
                    SyncEvent::application,
                    Collectors.mapping(
                        event -> lines(List.of(event)).getFirst(), Collectors.toList())));
    assertThat(sent).hasSize(MANY);
    assertThat(sent)
        .allSatisfy(
            (name, targets) ->
                assertThat(targets).containsExactly(name + " 1 one", name + " 2 two"));
  }

  /**
   * System clock that, once armed, runs a fault when a partition reads it and the condition holds.
   * A partition reads the clock between two inputs.
   */
  private static final class FaultClock extends Clock {

    private final BooleanSupplier condition;
    private final Runnable fault;
    private volatile boolean armed;

    FaultClock(BooleanSupplier condition, Runnable fault) {
      this.condition = condition;
      this.fault = fault;
    }

    @Override
    public Instant instant() {
      if (armed
          && Thread.currentThread().getName().startsWith("partition-")
          && condition.getAsBoolean()) {
        armed = false;
        fault.run();
      }
      return Instant.now();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("local time is not used");
    }
  }
}
