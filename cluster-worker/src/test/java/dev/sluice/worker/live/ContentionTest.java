package dev.sluice.worker.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ObjectId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ContentionTest {

  private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
  private static final ObjectId WEB = new ObjectRef("apps/v1", "Deployment", "shop", "web").id();
  private static final ObjectId API = new ObjectRef("apps/v1", "Deployment", "shop", "api").id();

  private final Contention contention = new Contention();

  private Optional<Contention.Pause> healed(ObjectId object, Duration after) {
    return contention.healed(object, START.plus(after));
  }

  @Test
  void theFifthHealInAShortTimeIsFollowedByAPause() {
    for (int heal = 1; heal <= 4; heal++) {
      assertThat(healed(WEB, Duration.ofSeconds(heal))).isEmpty();
    }

    assertThat(healed(WEB, Duration.ofSeconds(5)))
        .contains(new Contention.Pause(5, Duration.ofSeconds(30)));
    assertThat(contention.next(WEB)).isEqualTo(START.plusSeconds(35));
    assertThat(contention.next(API)).isBefore(START);
  }

  @Test
  void eachFurtherPauseIsTwiceAsLongUpToALimit() {
    for (int heal = 1; heal <= 5; heal++) {
      var unused = healed(WEB, Duration.ofSeconds(heal));
    }

    Duration longest = Duration.ZERO;
    for (int heal = 0; heal < 10; heal++) {
      Instant next = contention.next(WEB);
      Duration pause = contention.healed(WEB, next).orElseThrow().length();
      assertThat(pause).isGreaterThanOrEqualTo(longest);
      longest = pause;
    }
    assertThat(longest).isEqualTo(Duration.ofMinutes(30));
  }

  @Test
  void healsFarApartNeverPause() {
    for (int heal = 1; heal <= 20; heal++) {
      assertThat(healed(WEB, Duration.ofMinutes(3L * heal))).isEmpty();
    }
  }

  @Test
  void anObjectThatIsLeftAloneIsForgotten() {
    for (int heal = 1; heal <= 5; heal++) {
      var unused = healed(WEB, Duration.ofSeconds(heal));
    }

    assertThat(healed(WEB, Duration.ofMinutes(11))).isEmpty();
  }
}
