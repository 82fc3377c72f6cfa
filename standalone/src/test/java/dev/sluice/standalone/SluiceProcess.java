package dev.sluice.standalone;

import dev.sluice.platform.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The {@code sluice} program in a separate process, which can be killed, stopped and continued. */
final class SluiceProcess implements AutoCloseable {

  private final Process process;
  private final Path log;

  private SluiceProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  static SluiceProcess start(Path log, Map<String, String> environment, String... arguments)
      throws IOException {
    return start(log, environment, List.of("-Xmx512m"), arguments);
  }

  /** Starts the program with options of the JVM. */
  static SluiceProcess start(
      Path log, Map<String, String> environment, List<String> options, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return new SluiceProcess(ChildProcess.start(builder), log);
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String output() throws IOException {
    return Files.readString(log);
  }

  /** Ends its standard input. */
  void endInput() throws IOException {
    process.getOutputStream().close();
  }

  /** Waits until the process has ended by itself, and returns its exit code. */
  int awaitEnd() {
    return process.onExit().orTimeout(90, TimeUnit.SECONDS).join().exitValue();
  }

  /** Kills the process (SIGKILL). */
  void kill() {
    process.destroyForcibly().onExit().orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** Stops the process (SIGTERM), and waits until it has ended. */
  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the process did not stop when asked to");
    }
  }

  /** Writes the stacks of all its threads to its output (SIGQUIT). */
  void dumpThreads() throws IOException, InterruptedException {
    signal("QUIT");
  }

  /** Freezes the process (SIGSTOP). */
  void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Continues the frozen process (SIGCONT). */
  void thaw() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
            .inheritIO()
            .start()
            .waitFor();
    if (code != 0) {
      throw new IOException("cannot send SIG%s to %d".formatted(name, process.pid()));
    }
  }

  @Override
  public void close() {
    kill();
  }
}
