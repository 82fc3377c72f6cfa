package dev.sluice.inputs.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.process.FatalErrors;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PackCollectionTest {

  @Test
  void anErrorInOneWorkEndsNeitherTheProcessNorTheOtherWork() throws InterruptedException {
    FatalErrors.install();
    List<Throwable> ends = new CopyOnWriteArrayList<>();
    CountDownLatch next = new CountDownLatch(1);
    try (FatalErrors.Replacement _ = FatalErrors.endingBy(ends::add);
        PackCollection background = new PackCollection()) {
      background.execute(
          () -> {
            throw new StackOverflowError("a test's fault");
          });
      background.execute(next::countDown);

      assertThat(next.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(ends).isEmpty();
    }
  }
}
