package dev.sluice.worker.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Shells that wait, already isolated and limited, each to become one program. Starting a process
 * takes the worker several milliseconds, a fifth of the time of a small kustomization, and
 * isolating it as much again; so both are done in advance. Safe for concurrent use.
 */
public final class ReadyShells implements AutoCloseable {

  /** The number of renderers that run at a time. */
  private static final int READY = Runtime.getRuntime().availableProcessors();

  private final Path scratch;
  private final RenderLimits limits;
  private final Isolation isolation;
  private final ConcurrentLinkedQueue<Placed> ready = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private boolean closed;

  /** A shell, and its own directory if its isolation needs one. */
  public record Placed(ReadyShell shell, Path place) {}

  /**
   * Creates a pool; no shell is started yet.
   *
   * @param scratch an existing directory, for the shells' own
   */
  public ReadyShells(Path scratch, RenderLimits limits, Isolation isolation) {
    this.scratch = scratch;
    this.limits = limits;
    this.isolation = isolation;
  }

  /** Returns a waiting shell, or starts one. */
  public Placed take() throws IOException {
    for (Placed one = ready.poll(); one != null; one = ready.poll()) {
      count.decrementAndGet();
      if (one.shell().isAlive()) {
        return one;
      }
    }
    return start();
  }

  /** Starts new shells in the background: best when a program has ended and its core is free. */
  void refill() {
    Thread.startVirtualThread(this::startMissing);
  }

  private void startMissing() {
    try {
      while (count.incrementAndGet() <= READY) {
        add();
      }
    } catch (IOException e) {
      // the next caller starts one and gets the error
    } finally {
      count.decrementAndGet();
    }
  }

  private synchronized void add() throws IOException {
    if (!closed) {
      ready.add(start());
    }
  }

  /** Ends the waiting shells; no others are started. */
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
      return new Placed(ReadyShell.start(isolation, place, limits.ulimits()), place);
    } catch (IOException e) {
      if (isolation.bindsPlace()) {
        InputDirectory.remove(place);
      }
      throw e;
    }
  }
}
