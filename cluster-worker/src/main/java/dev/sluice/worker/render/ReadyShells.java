package dev.sluice.worker.render;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Shells that wait, capped already, each to become one program. To start a process takes this
 * program several milliseconds, a fifth of what a small kustomization takes; so it is done before
 * one is needed. They wait for a line on their standard input, so that none outlives the worker.
 * Safe for concurrent use.
 */
final class ReadyShells {

  /** No more renderers run at a time. */
  private static final int READY = Runtime.getRuntime().availableProcessors();

  private static final Map<RenderLimits, ReadyShells> BY_LIMITS = new ConcurrentHashMap<>();

  private final RenderLimits limits;
  private final ConcurrentLinkedQueue<Process> ready = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  private ReadyShells(RenderLimits limits) {
    this.limits = limits;
  }

  /** The process's shells with these limits; none are started yet. */
  static ReadyShells of(RenderLimits limits) {
    return BY_LIMITS.computeIfAbsent(limits, ReadyShells::new);
  }

  /**
   * Makes one of them a program.
   *
   * @param environment all of it: nothing is inherited
   */
  Process run(List<String> command, Path directory, Map<String, String> environment)
      throws IOException {
    Process shell = take();
    try {
      tell(shell, script(command, directory, environment));
      shell.getOutputStream().close();
    } catch (IOException e) {
      shell.destroyForcibly();
      throw e;
    }
    return shell;
  }

  private Process take() throws IOException {
    for (Process shell = ready.poll(); shell != null; shell = ready.poll()) {
      count.decrementAndGet();
      if (shell.isAlive()) {
        return shell;
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
        ready.add(start());
      }
    } catch (IOException e) {
      // who needs one next starts it and is told
    }
    count.decrementAndGet();
  }

  private Process start() throws IOException {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh");
    builder.environment().clear();
    Process shell = builder.start();
    tell(shell, Capped.limits(limits) + "\n");
    return shell;
  }

  /** In braces, so that a shell that reads only half of it does nothing. */
  private static String script(
      List<String> command, Path directory, Map<String, String> environment) {
    String variables =
        environment.entrySet().stream()
            .map(entry -> "export %s=%s; ".formatted(entry.getKey(), quoted(entry.getValue())))
            .collect(Collectors.joining());
    String words = command.stream().map(ReadyShells::quoted).collect(Collectors.joining(" "));
    return "{ cd -- %s || exit 126; unset OLDPWD; %sexec %s </dev/null; }\n"
        .formatted(quoted(directory.toString()), variables, words);
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  private static void tell(Process shell, String script) throws IOException {
    OutputStream input = shell.getOutputStream();
    input.write(script.getBytes(StandardCharsets.UTF_8));
    input.flush();
  }
}
