package dev.sluice.benchmarks.measure;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Another Java process of this program, which answers on standard output. */
public final class Child implements AutoCloseable {

  private final Process process;
  private final BufferedReader out;

  private Child(Process process) {
    this.process = process;
    this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  /**
   * Starts a process.
   *
   * @param main class with the program
   * @param log file to which its standard error is appended
   * @param options of the JVM
   */
  public static Child start(Class<?> main, Path log, List<String> options, Object... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return start(log, command, Map.of());
  }

  /**
   * Starts a process by a command, such as the launcher of this program.
   *
   * @param log file to which its standard error is appended
   * @param environment variables in addition to those of this process
   */
  public static Child start(Path log, List<String> command, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    Process process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    return new Child(process);
  }

  /** Reads its next line of output. */
  public String line() throws IOException {
    String line = out.readLine();
    if (line == null) {
      throw new IOException("a process ended before it answered; see its log");
    }
    return line;
  }

  /** Sends a line and returns the answer. */
  public String query() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    return line();
  }

  /** Returns the CPU time that it has used so far. */
  public Duration cpu() {
    return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Returns the memory that it uses now. */
  public Memory memory() throws IOException {
    return Memory.of(process.pid());
  }

  /** Returns its process id. */
  public long pid() {
    return process.pid();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.destroy();
    process.onExit().join();
  }
}
