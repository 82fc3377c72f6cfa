package dev.sluice.benchmarks.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.benchmarks.measure.Memory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** The program as its users start it: by its launcher, in a process of its own. */
final class Program implements AutoCloseable {

  private final Process process;
  private final Path log;
  private final long begun;
  private final List<Line> lines = new ArrayList<>();
  private final Thread reader;

  private record Line(long at, String text) {}

  private Program(Process process, Path log, long begun) {
    this.process = process;
    this.log = log;
    this.begun = begun;
    this.reader = Thread.ofPlatform().daemon().name("output").start(this::read);
  }

  /**
   * Starts a program.
   *
   * @param log file to which its output is appended
   */
  static Program start(Path log, List<String> command) throws IOException {
    long begun = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    return new Program(process, log, begun);
  }

  private void read() {
    try (BufferedReader output =
            new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        Writer copy =
            Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        copy.write(line + "\n");
        copy.flush();
        synchronized (lines) {
          lines.add(new Line(System.nanoTime(), line));
          lines.notifyAll();
        }
      }
    } catch (IOException e) {
      // its output ends when it is stopped
    }
  }

  /** Waits for a line of its output, and returns the time from its start to that line. */
  Duration awaitLine(String pattern, Duration limit) throws InterruptedException, TimeoutException {
    Pattern compiled = Pattern.compile(pattern);
    long end = System.nanoTime() + limit.toNanos();
    int next = 0;
    synchronized (lines) {
      while (true) {
        for (; next < lines.size(); next++) {
          if (compiled.matcher(lines.get(next).text()).find()) {
            return Duration.ofNanos(lines.get(next).at() - begun);
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0 || !process.isAlive()) {
          throw new TimeoutException("no line like '%s'; see %s".formatted(pattern, log));
        }
        lines.wait(Math.min(left, 1_000));
      }
    }
  }

  /** Waits until it has ended, and returns the time from its start. */
  Duration awaitEnd() throws InterruptedException {
    process.waitFor();
    Duration took = sinceStart();
    reader.join();
    return took;
  }

  Duration sinceStart() {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  /** Returns the processor time of all its threads so far, without its own processes. */
  Duration cpu() {
    return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  Memory memory() throws IOException {
    return Memory.of(process.pid());
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
