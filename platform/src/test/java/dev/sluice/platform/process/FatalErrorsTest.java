package dev.sluice.platform.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FatalErrorsTest {

  private final List<Throwable> ends = new ArrayList<>();
  private final FatalErrors.Replacement replaced = FatalErrors.endingBy(ends::add);

  @AfterEach
  void restore() {
    replaced.close();
  }

  static Stream<Throwable> fatal() {
    return Stream.of(
        new OutOfMemoryError("test"),
        new InternalError("test"),
        new UnknownError("test"),
        new ExecutionException(new OutOfMemoryError("test")),
        new IllegalStateException(new CompletionException(new OutOfMemoryError("test"))));
  }

  static Stream<Throwable> contained() {
    return Stream.of(
        new StackOverflowError("test"),
        new AssertionError("test"),
        new NoClassDefFoundError("test"),
        new ExecutionException(new StackOverflowError("test")),
        new IllegalStateException("test"));
  }

  @ParameterizedTest
  @MethodSource("fatal")
  void afterAnErrorOfTheVirtualMachineTheProcessEnds(Throwable failure) {
    FatalErrors.check(failure);

    assertThat(ends).containsExactly(failure);
  }

  @ParameterizedTest
  @MethodSource("contained")
  void aFailureOfOneItemDoesNotEndTheProcess(Throwable failure) {
    FatalErrors.check(failure);

    assertThat(ends).isEmpty();
  }

  @Test
  void anErrorAtTheTopOfAThreadEndsTheProcessAndAnExceptionDoesNot() {
    AssertionError error = new AssertionError("test");

    FatalErrors.escaped(Thread.currentThread(), error);
    FatalErrors.escaped(Thread.currentThread(), new IllegalStateException("test"));

    assertThat(ends).containsExactly(error);
  }

  @Test
  void thePolicyAppliesToEveryThread() throws InterruptedException {
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    try {
      FatalErrors.install();
      OutOfMemoryError error = new OutOfMemoryError("test");
      for (Thread.Builder builder : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
        builder
            .start(
                () -> {
                  throw error;
                })
            .join();
      }

      assertThat(ends).containsExactly(error, error);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  @Test
  void aCycleOfCausesTerminates() {
    IllegalStateException one = new IllegalStateException("one");
    IllegalStateException two = new IllegalStateException("two", one);
    one.initCause(two);

    assertThat(FatalErrors.isFatal(one)).isFalse();
  }
}
