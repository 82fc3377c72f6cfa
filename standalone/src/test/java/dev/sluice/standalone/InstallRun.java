package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.standalone.cli.CommandLineInterface;
import dev.sluice.standalone.install.ClusterCommands;
import dev.sluice.standalone.install.InstallCommand;
import dev.sluice.standalone.install.RemoveCommands;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/** Run of a command that installs or removes: its exit code and what it has printed. */
record InstallRun(int code, String out, String err) {

  static InstallRun of(List<String> arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream toOut = new PrintStream(out, true, UTF_8);
    PrintStream toErr = new PrintStream(err, true, UTF_8);
    int code =
        new CommandLineInterface(
                List.of(
                    InstallCommand.command(toOut, toErr),
                    RemoveCommands.uninstall(toOut),
                    ClusterCommands.group(),
                    ClusterCommands.add(toOut, toErr),
                    RemoveCommands.clusterRemove(toOut)),
                Map.of())
            .run(new PrintWriter(err, true, UTF_8), arguments.toArray(String[]::new));
    return new InstallRun(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  /** Checks that the command succeeded; returns what it has printed. */
  String done() {
    assertThat(code).as(out + err).isZero();
    return out;
  }

  /** Checks that the command failed; returns why. */
  String refused() {
    assertThat(code).as(out).isIn(1, 2);
    return err;
  }
}
