package dev.sluice.standalone.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.process.ChildProcess;
import dev.sluice.platform.process.DirectoryLock;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.CommandLineInterface;
import dev.sluice.standalone.demo.DemoCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A second process on a data directory is refused before it changes anything. */
class DataDirectoryIT {

  private static final List<Command> COMMANDS = List.of(DemoCommand.command(), UpCommand.command());

  @TempDir Path directory;

  /** Locks a directory and waits to be killed. */
  static final class Holder {
    public static void main(String[] arguments) throws Exception {
      Path data = Path.of(arguments[0]);
      try (DirectoryLock _ = DataDirectory.lock(data)) {
        Files.createFile(data.resolve("held"));
        System.in.read();
        Files.createFile(data.resolve("ended"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "up"})
  void theProcessThatHasItIsNamedUntilItIsKilled(String command) throws Exception {
    Process holder = hold();
    try {
      Ran second = run(command);
      assertThat(second.code()).isEqualTo(1);
      assertThat(second.err())
          .isEqualTo(
              "sluice: already running: process %d uses %s; stop it, or give this one another --data\n"
                  .formatted(holder.pid(), directory));
      assertThat(directory.toFile().list()).containsExactlyInAnyOrder("held", "lock");
    } finally {
      holder.destroyForcibly().waitFor();
    }
    try (DirectoryLock lock = DataDirectory.lock(directory)) {
      assertThat(lock).isNotNull();
      assertThat(DirectoryLock.holder(directory)).contains(ProcessHandle.current().pid());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "up"})
  void everyPortIsCheckedBeforeAnythingStarts(String command) throws Exception {
    try (ServerSocket webhooks = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket api = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket kafka = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Ran ran =
          run(
              command,
              "--webhook-port=" + webhooks.getLocalPort(),
              "--api-port=" + api.getLocalPort(),
              "--kafka-port=" + kafka.getLocalPort());
      assertThat(ran.code()).isEqualTo(1);
      assertThat(ran.err())
          .hasLineCount(1)
          .contains("port %d (--webhook-port)".formatted(webhooks.getLocalPort()))
          .contains("port %d (--api-port)".formatted(api.getLocalPort()))
          .contains("port %d (--kafka-port)".formatted(kafka.getLocalPort()));
      assertThat(directory.toFile().list()).containsExactly("lock");
    }
  }

  @Test
  void aDirectoryThatCannotBeCreatedIsNamed() throws Exception {
    Files.writeString(directory.resolve("file"), "");
    Ran ran = run("demo", "--data=" + directory.resolve("file/data"));
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("cannot use the directory").hasLineCount(1);
  }

  private Process hold() throws Exception {
    Process holder =
        ChildProcess.start(
            new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                directory.toString()));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.exists(directory.resolve("held")) || !holder.isAlive());
    assertThat(holder.isAlive()).as(() -> holder.isAlive() ? "" : errors(holder)).isTrue();
    return holder;
  }

  private static String errors(Process process) {
    try {
      return new String(process.getErrorStream().readAllBytes(), UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private record Ran(int code, String err) {}

  private Ran run(String command, String... more) {
    StringWriter err = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of(command));
    if (List.of(more).stream().noneMatch(one -> one.startsWith("--data="))) {
      arguments.add("--data=" + directory);
    }
    if (command.equals("up")) {
      arguments.addAll(
          List.of(
              "--fleet=" + directory.resolve("no-fleet"),
              "--webhook-endpoint=name=github,forge=github,host=localhost,secret=env:PATH"));
    }
    arguments.addAll(List.of(more));
    int code =
        new CommandLineInterface(COMMANDS, Map.of())
            .run(new PrintWriter(err, true), arguments.toArray(String[]::new));
    return new Ran(code, err.toString());
  }
}
