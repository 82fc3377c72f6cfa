package dev.sluice.dispatcher.archive;

import static dev.sluice.dispatcher.archive.SampleTarget.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The behaviour that every store has. */
abstract class ObjectStoreContract {

  private static final ObjectKey KEY = new ObjectKey("blobs/00/some.gz");

  /** Opens the store that is tested, as another process would. */
  abstract ObjectStore open();

  @Test
  void anObjectIsReadAsItWasWritten() {
    byte[] content = new byte[300_000];
    new Random(1).nextBytes(content);
    try (ObjectStore store = open();
        ObjectStore other = open()) {
      assertThat(store.putIfAbsent(KEY, content)).isTrue();

      assertThat(store.get(KEY)).hasValue(content);
      assertThat(other.get(KEY)).hasValue(content);
      assertThat(other.exists(KEY)).isTrue();
    }
  }

  @Test
  void anEmptyObjectIsNotAMissingOne() {
    try (ObjectStore store = open()) {
      store.putIfAbsent(KEY, new byte[0]);

      assertThat(store.exists(KEY)).isTrue();
      assertThat(store.get(KEY)).hasValue(new byte[0]);
    }
  }

  @Test
  void aMissingObjectIsNeitherThereNorRead() {
    try (ObjectStore store = open()) {
      assertThat(store.exists(KEY)).isFalse();
      assertThat(store.get(KEY)).isEmpty();

      store.putIfAbsent(KEY, utf8("x"));

      assertThat(store.exists(new ObjectKey("blobs/00/some.gz2"))).isFalse();
      assertThat(store.exists(new ObjectKey("blobs/00/other.gz"))).isFalse();
    }
  }

  @Test
  void aStoredObjectIsNotReplaced() {
    try (ObjectStore store = open();
        ObjectStore other = open()) {
      store.putIfAbsent(KEY, utf8("first"));

      assertThat(store.putIfAbsent(KEY, utf8("second"))).isFalse();
      assertThat(other.putIfAbsent(KEY, utf8("third"))).isFalse();
      assertThat(other.get(KEY)).hasValue(utf8("first"));
    }
  }

  @Test
  void ofSeveralWritersOneStoresItsObject() throws Exception {
    int writers = 8;
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      for (int round = 0; round < 10; round++) {
        ObjectKey key = new ObjectKey("race/" + round);
        CyclicBarrier start = new CyclicBarrier(writers);
        List<Future<Boolean>> stored = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
          byte[] content = utf8("writer " + writer);
          stored.add(
              threads.submit(
                  () -> {
                    try (ObjectStore store = open()) {
                      start.await();
                      return store.putIfAbsent(key, content);
                    }
                  }));
        }
        Set<Integer> winners = new HashSet<>();
        for (int writer = 0; writer < writers; writer++) {
          if (stored.get(writer).get()) {
            winners.add(writer);
          }
        }
        assertThat(winners).hasSize(1);
        try (ObjectStore store = open()) {
          assertThat(store.get(key)).hasValue(utf8("writer " + winners.iterator().next()));
        }
      }
    }
  }
}
