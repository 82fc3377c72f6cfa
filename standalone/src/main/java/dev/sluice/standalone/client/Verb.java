package dev.sluice.standalone.client;

import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.config.Settings;
import dev.sluice.standalone.cli.CommandLineInterface;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.output.Paint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A verb that calls the API, with the options that all of them have. */
@Command(mixinStandardHelpOptions = true)
abstract class Verb implements Callable<Integer> {

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "URL of the API (default: http://127.0.0.1:8090; SLUICE_SERVER)")
  private Optional<String> server = Optional.empty();

  @Option(
      names = "--token",
      paramLabel = "REF",
      description = "the API token: env:NAME or file:PATH (SLUICE_TOKEN)")
  private Optional<String> token = Optional.empty();

  @Option(
      names = "--config",
      paramLabel = "PATH",
      description =
          "YAML file with 'server' and 'token' (default: ~/.config/sluice/client.yaml, if it"
              + " exists)")
  private Optional<Path> config = Optional.empty();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description =
          "output format: table (default), wide, json, yaml or name; of an audit also csv")
  private Printer.Format format = Printer.Format.table;

  @Option(names = "--no-headers", description = "print tables without headers")
  private boolean headless;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      description =
          "colour states in tables: auto (default; only on a terminal, and not with NO_COLOR or"
              + " TERM=dumb), always or never")
  private Paint.Choice color = Paint.Choice.auto;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = Deadline.Limit.class,
      description =
          "time limit: a number with ms, s, m, h or d, such as 30s (default: 10s for the API's"
              + " answers; diff: 30s; commands: 30s until they are answered; wait and rebuild: 5m"
              + " for the result)")
  private Optional<Duration> timeout = Optional.empty();

  private final Terminal terminal;

  Verb(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Returns the time limit from the command line. */
  Optional<Duration> timeout() {
    return timeout;
  }

  /** Returns the time limit for an answer of the API. */
  Duration answerLimit() {
    return timeout.orElse(Api.LIMIT);
  }

  /**
   * Returns the time limit for an answer, if the time limit of the option is for something else.
   */
  Duration answerLimitWithin(Duration whole) {
    return whole.compareTo(Api.LIMIT) < 0 ? whole : Api.LIMIT;
  }

  /** Starts to show the progress of a long operation. */
  Progress progress(String what, int total) {
    return new Progress(terminal, what, total);
  }

  /** Calls the API and prints the answer; returns the exit code. */
  abstract int run(Api api, Printer printer);

  /** Returns whether the answer can be printed as CSV. */
  boolean offersCsv() {
    return false;
  }

  /** Returns whether limits of the answers are to be printed to standard error. */
  boolean warnsOfLimits() {
    return true;
  }

  @Override
  public Integer call() {
    if (format == Printer.Format.csv && !offersCsv()) {
      throw new ExitException(2, "-o csv is only for: sluice audit");
    }
    Map<String, List<String>> options = new HashMap<>();
    server.ifPresent(value -> options.put("server", List.of(value)));
    token.ifPresent(value -> options.put("token", List.of(value)));
    SettingValues values =
        new Settings(
                List.of(CommandLineInterface.SERVER, CommandLineInterface.TOKEN), terminal.known())
            .read(options, terminal.environment(), file());
    try (Api api =
        new Api(
            values.get(CommandLineInterface.SERVER),
            values.get(CommandLineInterface.TOKEN),
            answerLimit())) {
      Printer printer = new Printer(terminal, format, headless, paint());
      int code = run(api, printer);
      if (warnsOfLimits()) {
        api.reservations().sentences().forEach(printer::message);
      }
      return code;
    }
  }

  private Paint paint() {
    return Paint.of(color, terminal.interactive(), terminal.environment());
  }

  private Optional<Path> file() {
    return config
        .or(() -> Optional.ofNullable(terminal.environment().get("SLUICE_CONFIG")).map(Path::of))
        .or(
            () ->
                Optional.of(Path.of(System.getProperty("user.home"), ".config/sluice/client.yaml"))
                    .filter(Files::exists));
  }
}
