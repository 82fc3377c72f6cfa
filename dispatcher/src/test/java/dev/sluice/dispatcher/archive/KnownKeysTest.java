package dev.sluice.dispatcher.archive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Keys that a store is known to have. */
class KnownKeysTest {

  @Test
  void theKeysThatWereSeenLastAreKnown() {
    KnownKeys known = new KnownKeys();
    ObjectKey first = new ObjectKey("first");
    known.add(first);
    assertThat(known.has(first)).isTrue();
    assertThat(known.has(new ObjectKey("other"))).isFalse();

    for (int number = 0; number < 20_000; number++) {
      known.add(new ObjectKey("key-" + number));
    }

    assertThat(known.has(first)).isFalse();
    assertThat(known.has(new ObjectKey("key-0"))).isTrue();
  }
}
