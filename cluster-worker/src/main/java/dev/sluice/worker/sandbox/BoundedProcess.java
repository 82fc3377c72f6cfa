package dev.sluice.worker.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs a program with limits on its time, memory and output. Neither the program nor its
 * descendants are left running, whatever happens.
 */
public final class BoundedProcess {

  private static final int MAX_ERRORS = 64 << 10;

  /** Exit code of a shell that cannot execute the program. */
  private static final int NO_SUCH_PROGRAM = 127;

  /**
   * How long the pipes of a program that ended may stay open, because its descendants hold them.
   */
  private static final Duration PIPES_CLOSE = Duration.ofSeconds(5);

  /** How often the size of the files is checked. A rendering usually ends before. */
  private static final Duration BETWEEN_CHECKS = Duration.ofMillis(100);

  private final ReadyShell shell;
  private final List<String> command;
  private final Path privateDirectory;
  private final Path directory;
  private final Map<String, String> environment;
  private final RenderLimits limits;
  private final Optional<ProcessFamily> family;

  /**
   * Creates a process for a program that leaves no descendants when it ends.
   *
   * @param shell becomes the program
   * @param privateDirectory the only place that it may write to
   * @param directory where it starts, in the private directory
   * @param environment complete: nothing is inherited
   */
  public BoundedProcess(
      ReadyShell shell,
      List<String> command,
      Path privateDirectory,
      Path directory,
      Map<String, String> environment,
      RenderLimits limits) {
    this(shell, command, privateDirectory, directory, environment, limits, Optional.empty());
  }

  /**
   * Creates a process.
   *
   * @param family the descendants to end with the program; empty if it leaves none
   */
  BoundedProcess(
      ReadyShell shell,
      List<String> command,
      Path privateDirectory,
      Path directory,
      Map<String, String> environment,
      RenderLimits limits,
      Optional<ProcessFamily> family) {
    this.shell = shell;
    this.family = family.filter(_ -> !shell.endsAll());
    this.command = this.family.map(one -> one.led(command)).orElseGet(() -> List.copyOf(command));
    this.privateDirectory = privateDirectory;
    this.directory = directory;
    this.environment = Map.copyOf(environment);
    this.limits = limits;
  }

  /** The result of running a program. */
  public sealed interface Ending {

    /** The program exited. */
    record Exited(int code, String output, String errors) implements Ending {}

    /** The program was killed because it took too long. */
    record TookTooLong() implements Ending {}

    /** The program was killed because its output was too large. */
    record WroteTooMuch() implements Ending {}

    /** The program was killed because its files were too large. */
    record WroteTooManyFiles() implements Ending {}
  }

  /**
   * Runs the program until it ends.
   *
   * @throws IOException if it could not be started
   */
  public Ending run() throws IOException, InterruptedException {
    Process process = shell.run(command, directory, environment);
    boolean familyIsThere = true;
    try {
      Capture output = new Capture(process.getInputStream(), limits.output());
      Capture errors = new Capture(process.getErrorStream(), MAX_ERRORS);
      AtomicBoolean tooMuch = new AtomicBoolean();
      Thread outputs =
          reader(
              () -> {
                if (!output.readAll()) {
                  tooMuch.set(true);
                  kill(process);
                }
              });
      Thread complaints = reader(errors::readAndDropRest);
      Optional<Ending> broken = awaitEnd(process);
      if (broken.isPresent()) {
        return broken.get();
      }
      endFamily(process); // otherwise the pipes stay open
      familyIsThere = false;
      if (!outputs.join(PIPES_CLOSE) || !complaints.join(PIPES_CLOSE)) {
        return new Ending.TookTooLong();
      }
      if (process.exitValue() == NO_SUCH_PROGRAM) {
        throw new IOException(errors.text());
      }
      return tooMuch.get()
          ? new Ending.WroteTooMuch()
          : new Ending.Exited(process.exitValue(), output.text(), errors.text());
    } finally {
      kill(process);
      if (familyIsThere) {
        endFamily(process);
      }
    }
  }

  /** Waits until the program ends; returns the limit that it exceeds before, if any. */
  private Optional<Ending> awaitEnd(Process process) throws InterruptedException {
    long end = System.nanoTime() + limits.time().toNanos();
    while (true) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return Optional.of(new Ending.TookTooLong());
      }
      if (process.waitFor(Math.min(left, BETWEEN_CHECKS.toNanos()), TimeUnit.NANOSECONDS)) {
        return Optional.empty();
      }
      if (DirectorySize.exceeds(privateDirectory, limits.files())) {
        return Optional.of(new Ending.WroteTooManyFiles());
      }
    }
  }

  private void endFamily(Process process) {
    family.ifPresent(all -> all.kill(process));
  }

  public static void kill(Process process) {
    if (!process.isAlive()) {
      return; // its descendants no longer have a parent by which to find them
    }
    // listed first: once the parent has ended, its children are unknown
    List<ProcessHandle> descendants = process.descendants().toList();
    process.destroyForcibly();
    descendants.forEach(ProcessHandle::destroyForcibly);
  }

  /**
   * Starts a platform thread: reading a pipe holds a virtual thread's carrier, and there are only
   * as many as cores.
   */
  private static Thread reader(Runnable reading) {
    return Thread.ofPlatform().daemon().name("pipe").start(reading);
  }

  /** The output of a program to one of its pipes, up to a limit. */
  private static final class Capture {

    private final InputStream in;
    private final int limit;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Capture(InputStream in, int limit) {
      this.in = in;
      this.limit = limit;
    }

    /** Reads to the end; returns whether the output is within the limit. */
    boolean readAll() {
      try {
        byte[] buffer = new byte[64 << 10];
        int read = in.read(buffer);
        while (read >= 0) {
          if (bytes.size() + read > limit) {
            return false;
          }
          bytes.write(buffer, 0, read);
          read = in.read(buffer);
        }
        return true;
      } catch (IOException e) {
        // the process was killed; the caller reports how it ended
        return true;
      }
    }

    void readAndDropRest() {
      if (!readAll()) {
        try {
          in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
          bytes.writeBytes("\n(cut)".getBytes(StandardCharsets.UTF_8));
        }
      }
    }

    String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }

  /** The size of all files below a directory, which others may change meanwhile. */
  private static final class DirectorySize extends SimpleFileVisitor<Path> {

    private final long limit;
    private long bytes;

    private DirectorySize(long limit) {
      this.limit = limit;
    }

    /** Returns whether the files have more bytes than this together. Links are not followed. */
    static boolean exceeds(Path directory, long limit) {
      DirectorySize size = new DirectorySize(limit);
      try {
        Files.walkFileTree(directory, size);
      } catch (IOException e) {
        return false; // it is being removed
      }
      return size.bytes > limit;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      bytes += attributes.size();
      return bytes > limit ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException e) {
      return FileVisitResult.CONTINUE;
    }
  }
}
