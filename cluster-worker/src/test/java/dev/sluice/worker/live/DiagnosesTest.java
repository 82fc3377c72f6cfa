package dev.sluice.worker.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.process.Containment;
import dev.sluice.platform.process.MovedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DiagnosesTest {

  private static final ApplicationName APPLICATION = new ApplicationName("shop");
  private static final Generation GENERATION = new Generation(1);
  private static final Duration LONG = Duration.ofMinutes(1);

  private final MovedClock clock = new MovedClock();
  private final Instant begun = clock.instant();
  private final List<ObjectRef> examined = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger mostRunning = new AtomicInteger();
  private final Semaphore mayEnd = new Semaphore(0);
  private final AtomicInteger told = new AtomicInteger();
  private final Diagnoses diagnoses =
      new Diagnoses(this::examine, _ -> told.incrementAndGet(), new Containment(_ -> {}), clock);

  private Diagnosis.Finding examine(ObjectRef object) throws InterruptedException {
    mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
    examined.add(object);
    mayEnd.acquire();
    running.decrementAndGet();
    if (object.name().equals("broken")) {
      throw new IllegalStateException("a test's fault");
    }
    return new Diagnosis.Finding(Optional.empty(), List.of("examined"));
  }

  @Test
  void objectsAreExaminedOneAtATimeInTheOrderInWhichTheyBecameDue() {
    clock.move(LONG);
    List<ObjectRef> due = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      assertThat(diagnose("object-" + i)).as("told at its end").isEmpty();
      due.add(ref("object-" + i));
    }
    for (int i = 1; i <= 5; i++) {
      int ended = i;
      mayEnd.release();
      await().until(() -> told.get() == ended);
    }
    assertThat(examined).isEqualTo(due);
    assertThat(mostRunning).hasValue(1);
  }

  @Test
  void aNewObjectComesBeforeThoseThatAreExaminedAgain() {
    clock.move(LONG);
    diagnose("known");
    mayEnd.release();
    await().until(() -> told.get() == 1);
    clock.move(Duration.ofHours(1));
    diagnose("first");
    await().until(() -> examined.size() == 2);
    diagnose("known");
    diagnose("new");
    mayEnd.release(3);
    await().until(() -> told.get() == 4);
    assertThat(examined).containsExactly(ref("known"), ref("first"), ref("new"), ref("known"));
  }

  @Test
  void nothingBeginsAfterTheClose() throws Exception {
    clock.move(LONG);
    diagnose("one");
    await().until(() -> examined.size() == 1);
    diagnose("two");
    diagnoses.close();
    diagnose("three");
    mayEnd.release(3);
    await().until(() -> told.get() == 1);
    Thread.sleep(500);
    assertThat(examined).containsExactly(ref("one"));
  }

  @Test
  void aRestFollowsThatIsLongerThanTheExamination() throws Exception {
    clock.move(LONG);
    diagnose("one");
    await().until(() -> examined.size() == 1);
    Thread.sleep(50);
    diagnose("two");
    long ended = System.nanoTime();
    mayEnd.release(2);
    await().until(() -> examined.size() == 2);
    assertThat(Duration.ofNanos(System.nanoTime() - ended)).isGreaterThan(Duration.ofMillis(450));
  }

  @Test
  void aPendingObjectIsNotExaminedTwice() {
    clock.move(LONG);
    diagnose("one");
    await().until(() -> examined.size() == 1);
    clock.move(LONG);
    assertThat(diagnose("one")).isEmpty();
    mayEnd.release(2);
    await().until(() -> told.get() == 1);
    assertThat(examined).hasSize(1);
    assertThat(diagnose("one")).as("due again later").isPresent();
  }

  @Test
  void anObjectThatIsForgottenMeanwhileIsSkipped() {
    clock.move(LONG);
    diagnose("one");
    await().until(() -> examined.size() == 1);
    diagnose("two");
    diagnoses.forget(APPLICATION);
    diagnoses.diagnose(new ApplicationName("other"), GENERATION, object("three"), "waits", begun);
    mayEnd.release(3);
    await().until(() -> examined.size() == 2);
    assertThat(examined).containsExactly(ref("one"), ref("three"));
  }

  @Test
  void anExaminationThatFailsIsRepeatedLaterAndStopsNoOther() {
    clock.move(LONG);
    diagnose("broken");
    await().until(() -> examined.size() == 1);
    diagnose("one");
    mayEnd.release(2);
    await().until(() -> told.get() == 2);
    assertThat(diagnose("broken").orElseThrow()).isAfter(clock.instant());
    assertThat(diagnoses.of(APPLICATION, GENERATION, ref("one")).orElseThrow().details())
        .containsExactly("examined");
  }

  private Optional<Instant> diagnose(String name) {
    return diagnoses.diagnose(APPLICATION, GENERATION, object(name), "waits", begun);
  }

  private static ObservedObject object(String name) {
    return new ObservedObject(ref(name), Health.PROGRESSING, "waits", List.of());
  }

  private static ObjectRef ref(String name) {
    return new ObjectRef("apps/v1", "Deployment", "shop", name);
  }
}
