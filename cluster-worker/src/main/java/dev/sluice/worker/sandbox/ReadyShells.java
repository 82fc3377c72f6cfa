package dev.sluice.worker.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Shells that wait, isolated and capped already, each to become one program. To start a process
 * takes this program several milliseconds, a fifth of what a small kustomization takes, and to
 * isolate one as many again; so it is done before one is needed. Safe for concurrent use.
 */
public final class ReadyShells implements AutoCloseable {

  /** No more renderers run at a time. */
  private static final int READY = Runtime.getRuntime().availableProcessors();

  private final Path scratch;
  private final RenderLimits limits;
  private final Isolation isolation;
  private final ConcurrentLinkedQueue<Placed> ready = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private boolean closed;

  /** A shell, and the directory that is its own where its isolation needs one. */
  public record Placed(ReadyShell shell, Path place) {}

  /**
   * None are started yet.
   *
   * @param scratch an existing directory, for the shells' own
   */
  public ReadyShells(Path scratch, RenderLimits limits, Isolation isolation) {
    this.scratch = scratch;
    this.limits = limits;
    this.isolation = isolation;
  }

  /** Returns one that waits, or starts one. */
  public Placed take() throws IOException {
    for (Placed one = ready.poll(); one != null; one = ready.poll()) {
      count.decrementAndGet();
      if (one.shell().isAlive()) {
        return one;
      }
    }
    return start();
  }

  /** Makes others ready, in the background: best when a program has ended and its core is free. */
  void refill() {
    Thread.startVirtualThread(this::startMissing);
  }

  private void startMissing() {
    try {
      while (count.incrementAndGet() <= READY) {
        add();
      }
    } catch (IOException e) {
      // who needs one next starts it and is told
    }
    count.decrementAndGet();
  }

  private synchronized void add() throws IOException {
    if (!closed) {
      ready.add(start());
    }
  }

  /** Ends those that wait; no others are made ready. */
  @Override
  public synchronized void close() {
    closed = true;
    for (Placed one = ready.poll(); one != null; one = ready.poll()) {
      one.shell().close();
      if (isolation.bindsPlace()) {
        InputDirectory.remove(one.place());
      }
    }
  }

  private Placed start() throws IOException {
    Path place = isolation.bindsPlace() ? InputDirectory.place(scratch) : scratch;
    try {
      return new Placed(ReadyShell.start(isolation, place, UlimitCommand.limits(limits)), place);
    } catch (IOException e) {
      if (isolation.bindsPlace()) {
        InputDirectory.remove(place);
      }
      throw e;
    }
  }
}
