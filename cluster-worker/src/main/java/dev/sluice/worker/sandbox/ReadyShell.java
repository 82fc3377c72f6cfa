package dev.sluice.worker.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A shell that waits to become one program. It reads a line from its standard input, so that it
 * does not outlive the worker.
 */
public final class ReadyShell implements AutoCloseable {

  private final Process process;
  private final Isolation isolation;

  private ReadyShell(Process process, Isolation isolation) {
    this.process = process;
    this.isolation = isolation;
  }

  /**
   * Starts a shell.
   *
   * @param place the directory that its program is to work in
   * @param limits the commands that set its limits
   */
  static ReadyShell start(Isolation isolation, Path place, String limits) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(isolation.shell(place));
    builder.environment().clear();
    ReadyShell shell = new ReadyShell(builder.start(), isolation);
    shell.send(limits + "\n");
    return shell;
  }

  /**
   * Turns the shell into a program without standard input.
   *
   * @param environment complete: nothing is inherited
   */
  Process run(List<String> command, Path directory, Map<String, String> environment)
      throws IOException {
    try {
      send(script(command, directory, environment, " </dev/null"));
      process.getOutputStream().close();
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
    return process;
  }

  /**
   * Turns the shell into a program that reads its standard input, once it has written something.
   */
  public Process converse(List<String> command, Path directory, Map<String, String> environment)
      throws IOException {
    send(script(command, directory, environment, ""));
    return process;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Returns whether no descendants of its program are left running. */
  boolean endsAll() {
    return isolation.endsAll();
  }

  /** Returns the script in braces, so that a shell that reads only half of it does nothing. */
  private static String script(
      List<String> command, Path directory, Map<String, String> environment, String input) {
    String variables =
        environment.entrySet().stream()
            .map(entry -> "export %s=%s; ".formatted(entry.getKey(), quoted(entry.getValue())))
            .collect(Collectors.joining());
    String words = command.stream().map(ReadyShell::quoted).collect(Collectors.joining(" "));
    return "{ cd -- %s || exit 126; unset OLDPWD; %sexec %s%s; }\n"
        .formatted(quoted(directory.toString()), variables, words, input);
  }

  /** Quotes any text as one word of a shell. */
  static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  private void send(String script) throws IOException {
    OutputStream input = process.getOutputStream();
    input.write(script.getBytes(StandardCharsets.UTF_8));
    input.flush();
  }

  @Override
  public void close() {
    BoundedProcess.kill(process);
  }
}
