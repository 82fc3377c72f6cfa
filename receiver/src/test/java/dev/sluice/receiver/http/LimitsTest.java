package dev.sluice.receiver.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LimitsTest {

  private static final long MIB = 1024 * 1024;

  @Test
  void leavesRoomInASmallHeap() {
    Limits limits = Limits.within(128 * MIB);
    assertThat(limits.maxBufferedBytes()).isEqualTo(32 * MIB);
    assertThat(limits.maxConnections()).isEqualTo(4_096);
  }

  @Test
  void acceptsTheLargestBodyWithASmallHeap() {
    assertThat(Limits.within(32 * MIB).maxBufferedBytes()).isEqualTo(26 * MIB);
  }

  @Test
  void usesNoMoreThanItNeeds() {
    Limits limits = Limits.within(64L * 1024 * MIB);
    assertThat(limits.maxBufferedBytes()).isEqualTo(128 * MIB);
    assertThat(limits.maxConnections()).isEqualTo(20_000);
  }
}
