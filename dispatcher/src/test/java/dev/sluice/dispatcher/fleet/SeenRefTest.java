package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SeenRefTest {

  private static final CommitId ONE = new CommitId("1".repeat(40));
  private static final CommitId TWO = new CommitId("2".repeat(40));

  private final SeenRef ref = new SeenRef();

  @Test
  void onlyAnotherCommitIsNew() {
    assertThat(ref.take(at(ONE))).isTrue();
    assertThat(ref.take(at(ONE))).isFalse();
    assertThat(ref.take(at(TWO))).isTrue();
  }

  @Test
  void aFailureOfARefThatWasReadIsNotNewAndIsKnown() {
    assertThat(ref.take(at(ONE))).isTrue();

    assertThat(ref.take(failed("no answer"))).isFalse();
    assertThat(ref.failure()).contains("no answer");
    assertThat(ref.commit()).contains(ONE);

    assertThat(ref.take(at(ONE))).isFalse();
    assertThat(ref.failure()).isEmpty();
  }

  @Test
  void aRefThatWasNeverReadIsNewIfItsFailureIs() {
    assertThat(ref.take(failed("no answer"))).isTrue();
    assertThat(ref.take(failed("no answer"))).isFalse();
    assertThat(ref.take(failed("no credentials"))).isTrue();
    assertThat(ref.take(at(ONE))).isTrue();
  }

  @Test
  void aCommitThatWasLostIsNewWhenItIsFoundAgain() {
    assertThat(ref.take(at(ONE))).isTrue();

    ref.lose(Optional.of("its mirror is broken"));

    assertThat(ref.commit()).isEmpty();
    assertThat(ref.failure()).contains("its mirror is broken");
    assertThat(ref.take(at(ONE))).isTrue();
  }

  private static RefWatch.Seen at(CommitId commit) {
    return new RefWatch.Seen.At(GitRef.branch("main"), commit);
  }

  private static RefWatch.Seen failed(String reason) {
    return new RefWatch.Seen.Unavailable(reason, true);
  }
}
