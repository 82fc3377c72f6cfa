package dev.sluice.worker.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.FailureCode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundedParallelTest {

  private static final List<Integer> ITEMS = IntStream.range(0, 1_000).boxed().toList();

  private final AtomicInteger calls = new AtomicInteger();

  @Test
  void returnsTheResultsInTheOrderOfTheItems() throws Exception {
    assertThat(BoundedParallel.all(ITEMS, item -> item)).isEqualTo(ITEMS);
  }

  @Test
  void makesAllCallsAlthoughOneFails() {
    assertThatThrownBy(() -> BoundedParallel.all(ITEMS, item -> fail(item == 0, 503)))
        .isInstanceOf(HaltException.class);

    assertThat(calls).hasValue(ITEMS.size());
  }

  @Test
  void makesNoMoreCallsToAServerThatIsTooBusy() {
    assertThatThrownBy(() -> BoundedParallel.all(ITEMS, item -> fail(true, 429)))
        .isInstanceOf(HaltException.class);

    assertThat(calls.get()).as("those that ran when the first failed").isLessThan(ITEMS.size() / 2);
  }

  private int fail(boolean fails, int status) throws HaltException {
    int call = calls.incrementAndGet();
    if (fails) {
      throw new HaltException(
          new Outcome.RetryAfter(
              new Failure(
                  FailureCode.ofStatus(status), "refused", Failure.Stage.APPLY, Optional.empty()),
              Optional.empty()));
    }
    return call;
  }
}
