package dev.sluice.dispatcher.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacementTest {

  private static final int PARTITIONS = 4;
  private static final RepositoryId SHOP = new RepositoryId("forge.example/acme/shop");
  private static final RepositoryId STORE = new RepositoryId("forge.example/acme/store");
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  @Test
  void anEventOfAWebhookBelongsOnThePartitionOfItsRepository() {
    for (ChangeEvent event : events(new Origin.Webhook("github", "1", Optional.empty(), NOON))) {
      assertThat(accepting(event)).as("partitions of %s", event).isOne();
    }
  }

  /** A partition also polls repositories of other partitions, if its applications read them. */
  @Test
  void anEventOfAPollBelongsOnThePartitionThatPolls() {
    for (ChangeEvent event : events(new Origin.Poll(NOON))) {
      assertThat(accepting(event)).as("partitions of %s", event).isEqualTo(PARTITIONS);
    }
  }

  private static List<ChangeEvent> events(Origin origin) {
    return List.of(
        new ChangeEvent.RefChanged(
            SHOP, GitRef.branch("main"), Optional.empty(), Optional.empty(), origin),
        new ChangeEvent.RepositoryMoved(SHOP, STORE, origin));
  }

  private static long accepting(ChangeEvent event) {
    return IntStream.range(0, PARTITIONS)
        .filter(partition -> new Placement(PARTITIONS, partition).objection(event).isEmpty())
        .count();
  }
}
