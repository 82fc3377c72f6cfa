package dev.sluice.platform.process;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Processes that tests start, and that end with the test's JVM, even if it is killed.
 *
 * <p>A shell reads the process ids from its standard input. When the JVM ends, the input ends, and
 * the shell kills the processes that are left.
 */
public final class ChildProcess {

  private static final String GUARD =
      """
      trap '' INT TERM HUP
      children=
      while read -r change pid; do
        kept=
        for child in $children; do
          [ "$child" = "$pid" ] || kept="$kept $child"
        done
        [ "$change" = started ] && kept="$kept $pid"
        children=$kept
      done
      [ -z "$children" ] || kill -s KILL $children
      """;

  private static final ChildProcess ALL = new ChildProcess();

  private final OutputStream guard;

  private ChildProcess() {
    try {
      guard =
          new ProcessBuilder("/bin/sh", "-c", GUARD)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .getOutputStream();
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Starts a process that ends at the latest with this JVM. */
  public static Process start(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    ALL.report("started", process);
    var unused = process.onExit().thenAccept(ended -> ALL.report("ended", ended));
    return process;
  }

  private synchronized void report(String change, Process process) {
    try {
      guard.write("%s %d\n".formatted(change, process.pid()).getBytes(StandardCharsets.UTF_8));
      guard.flush();
    } catch (IOException e) {
      throw new IllegalStateException("the guard of this JVM's child processes has ended", e);
    }
  }
}
