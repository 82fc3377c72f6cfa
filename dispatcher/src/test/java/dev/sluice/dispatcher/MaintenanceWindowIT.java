package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.event.Withheld.Cause;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.dispatcher.decide.DispatchListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications with maintenance windows and manual policies, with a broker and Git. */
class MaintenanceWindowIT {

  private static final String WINDOW =
      "windows: [{kind: allow, schedule: \"0 22 * * *\", duration: 1h}]";

  /** Tomorrow at 22:00, when the window opens for an hour. */
  private final Instant open =
      Instant.now().truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS).plusSeconds(22 * 3600);

  private final MovedClock clock = new MovedClock();
  private Situation situation;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    situation.put("web", "one").push();
    clock.moveTo(open.minus(Duration.ofHours(2)));
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void theNewestInputsAreSentWhenTheWindowOpens() throws IOException {
    application(WINDOW);
    start();
    awaitWithheld(Cause.WINDOW);
    situation.put("web", "two").pushAndNotify();
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).isEmpty();

    clock.moveTo(open);

    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 two");
    situation.put("web", "three").pushAndNotify();
    situation.awaitSync(STAGING, 2);
    clock.moveTo(open.plus(Duration.ofHours(1)));
    situation.put("web", "four").pushAndNotify();
    Withheld closed = awaitWithheld(Cause.WINDOW);
    clock.moveTo(open.plus(Duration.ofDays(1)));
    situation.awaitSync(STAGING, 3);

    situation.awaitQuiet();
    assertThat(lines(situation.sync(STAGING)))
        .containsExactly("web 1 two", "web 2 three", "web 3 four");
    assertThat(closed.until()).contains(open.plus(Duration.ofDays(1)));
    assertThat(situation.results())
        .filteredOn(ResultEvent.Held.class::isInstance)
        .extracting(event -> ((ResultEvent.Held) event).withheld())
        .contains(closed);
    assertThat(situation.results())
        .filteredOn(ResultEvent.Dispatched.class::isInstance)
        .extracting(event -> ((ResultEvent.Dispatched) event).reason())
        .last()
        .isEqualTo("maintenance window");
    assertThat(state().withheld()).isEmpty();
  }

  @Test
  void anotherInstanceThatTakesOverWaitsForTheSameWindow() throws IOException {
    application(WINDOW);
    Dispatcher first = start();
    Withheld closed = awaitWithheld(Cause.WINDOW);
    first.close();

    start();
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).isEmpty();
    assertThat(state().withheld(STAGING)).contains(closed);

    clock.moveTo(open);

    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");
  }

  @Test
  void aWindowThatOpenedWhileNothingRanIsNotMissed() throws IOException {
    application(WINDOW);
    Dispatcher first = start();
    awaitWithheld(Cause.WINDOW);
    first.close();
    clock.moveTo(open.plus(Duration.ofMinutes(30)));

    start();

    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");
  }

  @Test
  void anOperatorIgnoresTheWindow() throws IOException {
    application(WINDOW);
    start();
    awaitWithheld(Cause.WINDOW);
    EventId refused = situation.command("web", Set.of(), new Command.Release());
    situation.awaitQuiet();
    assertThat(answer(refused).accepted()).isFalse();

    EventId release = situation.command("web", Set.of(), new Command.Release(Optional.of(true)));

    SyncEvent sent = situation.awaitSync(STAGING, 1).getLast();
    assertThat(sent.provenance().causes()).contains(release);
    situation.awaitQuiet();
    assertThat(answer(release).by()).isEqualTo("cat");
    assertThat(answer(release).reason()).isEqualTo("a reason");
  }

  @Test
  void aDefinitionWithoutTheWindowSendsWhatWaits() throws IOException {
    application(WINDOW);
    start();
    awaitWithheld(Cause.WINDOW);

    application("prune: true");

    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");
  }

  @Test
  void theWindowOfAProjectCannotBeAvoided() throws IOException {
    situation.document(
        "project",
        """
        apiVersion: sluice.dev/v1
        kind: Project
        metadata: {name: default}
        spec:
          repositories: ["*"]
          clusters: ["*"]
          namespaces: ["*"]
          windows: [{kind: deny, schedule: "0 0 * * *", duration: 22h}]
        """);
    application("windows: [{kind: allow, schedule: \"* * * * *\", duration: 1h}]");
    start();

    assertThat(awaitWithheld(Cause.WINDOW).waitsFor()).contains("of the project default");
    clock.moveTo(open);

    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");
  }

  @Test
  void aReleaseOfAManualPolicyIsCarriedOutWhenTheWindowOpens() throws IOException {
    application("sync: manual\n" + WINDOW);
    start();
    awaitWithheld(Cause.MANUAL);

    EventId release = situation.command("web", Set.of(), new Command.Release());
    awaitWithheld(Cause.WINDOW);
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).isEmpty();
    clock.moveTo(open);

    SyncEvent sent = situation.awaitSync(STAGING, 1).getLast();
    assertThat(lines(List.of(sent))).containsExactly("web 1 one");
    assertThat(sent.provenance().causes()).contains(release);
    situation.put("web", "two").pushAndNotify();
    awaitWithheld(Cause.MANUAL);
    assertThat(situation.sync(STAGING)).hasSize(1);
  }

  @Test
  void aClusterThatHasLostItsTargetGetsItWhileNewerInputsWait() throws IOException {
    application("sync: manual\n" + WINDOW);
    start();
    awaitWithheld(Cause.MANUAL);
    situation.command("web", Set.of(), new Command.Release(Optional.of(true)));
    situation.awaitSync(STAGING, 1);
    situation.put("web", "two").pushAndNotify();
    Withheld newer = awaitWithheld(Cause.MANUAL);

    situation.deliver(
        _ ->
            new ChangeEvent.LedgerAhead(
                situation.repository,
                new ApplicationName("web"),
                STAGING,
                Generation.FIRST,
                new Generation(7)));

    assertThat(lines(situation.awaitSync(STAGING, 2))).containsExactly("web 1 one", "web 8 one");
    situation.awaitQuiet();
    assertThat(state().withheld(STAGING)).contains(newer);
  }

  private Dispatcher start() {
    return situation.start(
        situation.config("mirrors-" + clock.instant().toEpochMilli()),
        clock,
        DispatchListener.NONE);
  }

  private void application(String policy) throws IOException {
    situation.document(
        "web",
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: shop, path: apps/web}
          clusters: {names: [staging]}
          namespace: web
          policy:
        """
            + policy.indent(4));
  }

  private Withheld awaitWithheld(Cause cause) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(newest().flatMap(state -> state.withheld(STAGING)).map(Withheld::cause))
                    .contains(cause));
    return state().withheld(STAGING).orElseThrow();
  }

  private ApplicationState state() {
    return newest().orElseThrow();
  }

  private Optional<ApplicationState> newest() {
    return situation.state().stream()
        .filter(ApplicationState.class::isInstance)
        .map(ApplicationState.class::cast)
        .reduce((_, last) -> last);
  }

  private CommandEvent.Answered answer(EventId command) {
    return situation.changes().stream()
        .filter(CommandEvent.Answered.class::isInstance)
        .map(CommandEvent.Answered.class::cast)
        .filter(answer -> answer.given().equals(command))
        .findFirst()
        .orElseThrow();
  }

  /** Clock that goes on as the system's does, from where it was moved to. */
  private static final class MovedClock extends Clock {

    private volatile Duration offset = Duration.ZERO;

    void moveTo(Instant instant) {
      offset = Duration.between(Instant.now(), instant);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(offset);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
