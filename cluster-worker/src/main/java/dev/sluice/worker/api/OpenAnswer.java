package dev.sluice.worker.api;

import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The answer that a thread reads while it arrives, and that other threads may end. */
final class OpenAnswer {

  private @Nullable InputStream answer;
  private boolean ended;

  /**
   * Notes that the calling thread reads this answer from now on.
   *
   * @throws InterruptedException if the reading was ended before; the answer is closed
   */
  synchronized void begin(InputStream opened) throws InterruptedException {
    if (ended) {
      ApiCalls.closeQuietly(opened);
      throw new InterruptedException("the reading was ended");
    }
    answer = opened;
  }

  /** Notes that the answer is no longer read. */
  synchronized void finish() {
    answer = null;
  }

  /** Ends the answer that is read now, if there is one. */
  synchronized void close() {
    if (answer != null) {
      ApiCalls.closeQuietly(answer);
    }
  }

  /**
   * Ends what a thread reads or waits for; it begins no further answer. The thread is not
   * interrupted while it reads: the client would close the answer under a lock that the thread of
   * the connection waits for, and wait for that thread.
   */
  synchronized void end(Thread reader) {
    ended = true;
    if (answer == null) {
      reader.interrupt();
    } else {
      ApiCalls.closeQuietly(answer);
    }
  }
}
