package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.standalone.cli.CommandLineInterface;
import dev.sluice.standalone.client.Client;
import dev.sluice.standalone.process.OneProcess;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A run of a command of the client: its exit code and output. */
record CommandRun(int code, String out, String err) {

  private static final Pattern AGE = Pattern.compile("\\b(?:\\d+[smhdy]){1,2}\\b");

  /** Returns the output with single spaces, and without the ends of lines. */
  String words() {
    return out.replaceAll("\\s+", " ");
  }

  /** Returns the lines with single spaces and masked ages. */
  String masked() {
    return AGE.matcher(out.replaceAll(" {2,}", " ")).replaceAll("AGE");
  }

  /** Runs a command that calls the API of a process. */
  static CommandRun of(OneProcess sluice, String... arguments) {
    return of(
        Stream.concat(
                Stream.of(arguments), Stream.of("--server", "http://127.0.0.1:" + sluice.apiPort()))
            .toArray(String[]::new));
  }

  /** Runs a command. */
  static CommandRun of(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Client client =
        new Client(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    int code =
        new CommandLineInterface(Main.commands(), client::verbs, Map.of())
            .run(new PrintWriter(err, true, UTF_8), arguments);
    return new CommandRun(code, out.toString(UTF_8), err.toString(UTF_8));
  }
}
