package dev.sluice.dispatcher.partition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OffsetTrackerTest {

  @Test
  void commitsUpToTheLowestUnfinished() {
    OffsetTracker offsets = new OffsetTracker(10);
    assertThat(offsets.toCommit()).isEmpty();

    // 12 is a transaction's marker and never comes
    offsets.started(10);
    offsets.started(11);
    offsets.started(13);
    offsets.finished(11);
    assertThat(offsets.toCommit()).isEmpty();
    offsets.finished(10);
    assertThat(offsets.toCommit()).hasValue(13);
    offsets.committed(13);
    assertThat(offsets.toCommit()).isEmpty();
    offsets.finished(13);
    assertThat(offsets.toCommit()).hasValue(14);
    assertThat(offsets.unfinished()).isZero();
  }
}
