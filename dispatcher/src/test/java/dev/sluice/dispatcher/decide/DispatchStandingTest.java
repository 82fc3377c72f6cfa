package dev.sluice.dispatcher.decide;

import static dev.sluice.dispatcher.decide.SampleApplication.COMMIT;
import static dev.sluice.dispatcher.decide.SampleApplication.NOW;
import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.DependencyStanding;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.name.Generation;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DispatchStandingTest {

  @Test
  void newInputsThatWaitAreNotSent() {
    assertThat(DispatchStanding.ofUnsent(waiting("v1:a", Optional.of("v1:b")), ONE))
        .map(DependencyStanding::reason)
        .contains("waits itself (window)");
  }

  /** A command demands them again; the results of their generation count meanwhile. */
  @Test
  void inputsThatWaitAndWereSentAlreadyAreSent() {
    assertThat(DispatchStanding.ofUnsent(waiting("v1:a", Optional.of("v1:a")), ONE)).isEmpty();
  }

  @Test
  void inputsOfEarlierVersionsAreNew() {
    assertThat(DispatchStanding.ofUnsent(waiting("v1:a", Optional.empty()), ONE)).isPresent();
  }

  private static Optional<ApplicationState> waiting(String sent, Optional<String> withheld) {
    return Optional.of(
        SampleApplication.withheld(
            SampleApplication.sent(
                SampleApplication.define("apps/web", ONE),
                Map.of(
                    ONE, new Dispatched(Generation.FIRST, Optional.of(sent), Optional.of(COMMIT))),
                Map.of(),
                Map.of()),
            ONE,
            new Withheld(
                Withheld.Cause.WINDOW,
                "the maintenance window",
                NOW,
                Optional.of(COMMIT),
                withheld,
                Optional.empty(),
                Optional.empty())));
  }
}
