package dev.sluice.api.projection;

import static dev.sluice.api.readmodel.ObservedSamples.contended;
import static dev.sluice.api.readmodel.ObservedSamples.deployment;
import static dev.sluice.api.readmodel.ObservedSamples.drifted;
import static dev.sluice.api.readmodel.ObservedSamples.healed;
import static dev.sluice.api.readmodel.ObservedSamples.scaled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.readmodel.ObservedSamples;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedEvent.Drifted;
import dev.sluice.contract.event.ObservedEvent.Healed;
import dev.sluice.contract.event.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DriftTest {

  private static final Subject WEB = TopicWriter.subject("web", "east", 3, 1);
  private static final Instant NOW = Instant.parse("2026-01-03T00:00:00Z");

  private final Drift two = Drift.NONE.drifted(drifted(WEB, "web", "api"));

  @Test
  void aNewerEventReplacesTheOlder() {
    Drift drift = two.drifted(drifted(WEB, "api", "db"));

    assertThat(drift.objects()).containsExactly(scaled("api"), scaled("db"));
  }

  @Test
  void onlyObjectsThatDidNotDifferInThisWayAreNew() {
    assertThat(two.news(drifted(WEB, "api", "db"))).containsExactly(scaled("db"));
    assertThat(two.news(drifted(WEB, "web", "api"))).isEmpty();
  }

  @Test
  void aHealRemovesTheHealedObjects() {
    Drift drift = two.healed(healed(WEB, "web"));

    assertThat(drift.objects()).containsExactly(scaled("api"));
    assertThat(drift.healed(healed(WEB, "api")).isOver()).isTrue();
  }

  @Test
  void aHealInAnotherVersionOfTheApiIsOfTheSameObject() {
    ObjectRef beta = new ObjectRef("apps/v1beta1", "Deployment", "shop", "web");
    Healed healed =
        new Healed(
            WEB,
            List.of(new ObjectChange(beta, ObjectChange.Action.CONFIGURED)),
            Duration.ZERO,
            Optional.empty());

    assertThat(two.healed(healed).objects()).containsExactly(scaled("api"));
  }

  @Test
  void objectsThatAreNotListedCount() {
    Drift drift =
        Drift.NONE.drifted(new Drifted(WEB, List.of(scaled("web")), Optional.of(7), false));

    assertThat(drift.size()).isEqualTo(8);
    assertThat(drift.heals()).isFalse();
    assertThat(drift.healed(healed(WEB, "web")).isOver()).isFalse();
    assertThat(drift.healed(new Healed(WEB, List.of(), Duration.ZERO, Optional.of(9))).size())
        .isEqualTo(1);
  }

  @Test
  void anObjectIsContendedUntilItIsHealedOrNoLongerDiffers() {
    Drift drift = two.contended(contended(WEB, "web"), NOW).contended(contended(WEB, "web"), NOW);

    assertThat(drift.contended())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.object()).isEqualTo(deployment("web"));
              assertThat(one.writers()).containsExactly(ObservedSamples.KUBECTL);
            });
    assertThat(drift.drifted(drifted(WEB, "web")).contended()).hasSize(1);
    assertThat(drift.drifted(drifted(WEB, "api")).contended()).isEmpty();
    assertThat(drift.healed(healed(WEB, "web")).contended()).isEmpty();
    assertThat(drift.healed(healed(WEB, "api")).contended()).hasSize(1);
  }
}
