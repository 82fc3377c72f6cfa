package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.TIMING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.Unreadable;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.GitProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Record of an unreadable remote in {@code state}. */
class UnreadableRepositoryIT {

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
  void anUnreadableRepositoryIsRecordedOnceAndClearedWhenItIsReadable() throws IOException {
    situation.application("web", "staging");
    situation.put("web", "one").push();
    RetryTiming polling =
        new RetryTiming(TIMING.patience(), TIMING.grace(), Duration.ofMillis(100));
    situation.start(situation.onePartition(polling), DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);
    await().atMost(Duration.ofSeconds(10)).until(() -> last().readAt().isPresent());
    assertThat(last().unreadable()).isEmpty();

    CommitId late = situation.put("web", "two").commit();
    Path place = situation.directory.resolve("shop.git");
    Path away = situation.directory.resolve("away.git");
    Files.move(place, away);
    await().atMost(Duration.ofSeconds(10)).until(() -> last().unreadable().isPresent());
    Unreadable unreadable = last().unreadable().orElseThrow();
    assertThat(unreadable.reason()).contains("cannot fetch");
    assertThat(unreadable.code()).contains(SourceFailure.REPOSITORY_NOT_FOUND);
    situation.deliver(Optional.of(late));
    await().atMost(Duration.ofSeconds(10)).until(() -> last().pending().isPresent());

    Files.move(away, place);
    situation.origin.set(MAIN, late);
    situation.deliver(Optional.of(late));
    situation.awaitSync(STAGING, 2);
    await().atMost(Duration.ofSeconds(20)).until(() -> last().unreadable().isEmpty());
    assertThat(last().head()).contains(late);
    // after some polls and retries: one record says that it is unavailable, and later ones repeat
    // it
    assertThat(refs().stream().flatMap(ref -> ref.unreadable().stream()).distinct())
        .containsExactly(unreadable);
    assertThat(refs().stream().filter(ref -> ref.unreadable().isPresent()).count())
        .isLessThanOrEqualTo(3);
  }

  @Test
  void aRepositoryOfTheFormatSha256IsRecordedAndItsWebhookKept(@TempDir Path elsewhere)
      throws Exception {
    situation.application("web", "staging");
    situation.put("web", "one").push();
    situation.start(situation.onePartition(TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);

    Path place = situation.directory.resolve("shop.git");
    Files.move(place, elsewhere.resolve("old.git"));
    String pushed = GitProgram.init(place, "--object-format=sha256").commit("a.yaml", "a: 1\n");
    situation.deliver(Optional.of(new CommitId(pushed)));

    await().atMost(Duration.ofSeconds(10)).until(() -> last().pending().isPresent());
    await().atMost(Duration.ofSeconds(10)).until(() -> last().unreadable().isPresent());
    Unreadable unreadable = last().unreadable().orElseThrow();
    assertThat(unreadable.code()).contains(SourceFailure.SHA256_REPOSITORY);
    assertThat(unreadable.reason())
        .contains(situation.repository.value(), "its object format is SHA-256");
    Files.move(place, elsewhere.resolve("sha256.git"));
    Files.move(elsewhere.resolve("old.git"), place);
  }

  private RefState last() {
    List<RefState> refs = refs();
    return refs.isEmpty()
        ? new RefState(situation.repository, MAIN, Optional.empty(), Optional.empty())
        : refs.getLast();
  }

  private List<RefState> refs() {
    return situation.state().stream()
        .filter(RefState.class::isInstance)
        .map(RefState.class::cast)
        .toList();
  }
}
