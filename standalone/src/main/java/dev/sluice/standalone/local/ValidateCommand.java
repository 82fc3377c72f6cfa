package dev.sluice.standalone.local;

import dev.sluice.contract.json.Json;
import dev.sluice.dispatcher.fleet.FleetLoader;
import dev.sluice.dispatcher.fleet.FleetProblem;
import dev.sluice.dispatcher.fleet.FleetReading;
import dev.sluice.dispatcher.fleet.FleetRule;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.cli.Visible;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code sluice validate}: all problems of a fleet's directory, as the dispatcher would report
 * them. It connects to nothing.
 */
public final class ValidateCommand {

  /** Exit code if the fleet has problems. */
  static final int INVALID = 1;

  /** Exit code if the directory, or a file in it, cannot be read. */
  static final int UNREADABLE = 2;

  private static final Setting<Path> FLEET =
      Setting.of("fleet", "DIR", "directory of the fleet's documents", Path::of);
  private static final Setting<List<String>> REPOSITORY =
      Setting.list(
          "repository",
          "DIR|HOST/PATH=DIR",
          "a checkout of that repository, or of all repositories that are not named, which"
              + " FleetIncludes and generators of ApplicationSets read at its HEAD (default: the"
              + " fleet's own checkout)",
          text -> text);
  private static final Setting<Output> OUTPUT =
      Setting.of("output", "text|json|sarif", "output format", Output::parse).or("text");
  private static final Setting<Optional<Path>> WRITE_SCHEMA =
      Setting.path(
              "write-schema",
              "also write the JSON Schema of the fleet's documents, which editors use, to this"
                  + " file")
          .optional();

  private static final Comparator<FleetProblem> BY_PLACE =
      Comparator.comparing(FleetProblem::file)
          .thenComparing(FleetProblem::line)
          .thenComparing(FleetProblem::column);

  private ValidateCommand() {}

  /** Output formats. */
  private enum Output {
    TEXT,
    JSON,
    SARIF;

    static Output parse(String text) {
      return switch (text) {
        case "text" -> TEXT;
        case "json" -> JSON;
        case "sarif" -> SARIF;
        default -> throw new IllegalArgumentException("expected text, json or sarif");
      };
    }
  }

  /**
   * The output in JSON.
   *
   * @param valid whether there are no problems
   */
  record Report(boolean valid, String directory, Counts counts, List<Problem> problems) {}

  /** Numbers of valid documents. */
  record Counts(int applications, int clusters, int repositories, int projects) {

    static Counts of(FleetReading reading) {
      return new Counts(
          reading.definitions().size(),
          reading.clusters().size(),
          reading.repositories().size(),
          reading.projects().size());
    }
  }

  /** A problem in JSON. Line and column are absent if it is about the whole file. */
  record Problem(
      String rule,
      String file,
      Optional<Integer> line,
      Optional<Integer> column,
      Optional<String> field,
      String message) {

    static Problem of(FleetProblem problem) {
      return new Problem(
          problem.rule().id(),
          problem.file(),
          Optional.of(problem.line()).filter(line -> line > 0),
          Optional.of(problem.column()).filter(column -> column > 0),
          Optional.of(problem.field()).filter(field -> !field.isEmpty()),
          problem.message());
    }
  }

  public static Command command() {
    return new Command(
        "validate",
        "Reports all problems of a fleet's directory with file, line and column, as the dispatcher"
            + " would. Connects to nothing. Evaluates FleetIncludes and generators of directories"
            + " and files with the checkouts that are given. Exits with 0 if the fleet is valid, "
            + INVALID
            + " if it has problems, "
            + UNREADABLE
            + " if it cannot be read.",
        List.of(REPOSITORY, OUTPUT, WRITE_SCHEMA),
        Optional.of(FLEET),
        values -> run(values, System.out, System.err));
  }

  static int run(SettingValues values, PrintStream out, PrintStream err) throws IOException {
    Path directory = values.get(FLEET);
    if (!Files.isDirectory(directory)) {
      throw new ExitException(
          UNREADABLE, "'%s' is not a directory: name the one of the fleet".formatted(directory));
    }
    if (values.get(WRITE_SCHEMA).isPresent()) {
      writeSchema(values.get(WRITE_SCHEMA).get());
    }
    FleetReading reading = read(directory, values);
    List<FleetProblem> problems =
        Stream.of(reading.problems(), reading.sets().problems())
            .flatMap(List::stream)
            .map(one -> placed(one, directory))
            .sorted(BY_PLACE)
            .toList();
    reading
        .sets()
        .unread()
        .forEach(one -> err.println("sluice: not checked: " + Visible.line(one)));
    WindowWarnings.of(reading.definitions(), Instant.now())
        .forEach(one -> err.println("sluice: warning: " + Visible.line(one)));
    switch (values.get(OUTPUT)) {
      case TEXT -> print(problems, directory, Counts.of(reading), out, err);
      case JSON ->
          print(
              new Report(
                  problems.isEmpty(),
                  directory.toString(),
                  Counts.of(reading),
                  problems.stream().map(Problem::of).toList()),
              out);
      case SARIF -> print(FleetSarif.of(problems), out);
    }
    if (problems.stream().anyMatch(problem -> problem.rule() == FleetRule.UNREADABLE)) {
      return UNREADABLE;
    }
    return problems.isEmpty() ? 0 : INVALID;
  }

  private static FleetReading read(Path directory, SettingValues values) {
    try (LocalSources checkouts = LocalSources.openGiven(values.get(REPOSITORY), directory)) {
      return FleetLoader.read(directory, checkouts.generatorTrees());
    } catch (MirrorException e) {
      throw new ExitException(UNREADABLE, String.valueOf(e.getMessage()));
    }
  }

  private static void writeSchema(Path file) {
    try {
      FleetSchema.write(file);
    } catch (IOException e) {
      throw new ExitException(
          UNREADABLE,
          "the schema cannot be written to '%s' (%s): name another file with --write-schema"
              .formatted(file, e));
    }
  }

  /** Returns the problem with its file relative to the working directory, as it was named. */
  private static FleetProblem placed(FleetProblem problem, Path directory) {
    if (problem.isIncluded()) {
      return problem;
    }
    boolean isOfAll = problem.file().equals(directory.toString());
    Path file = isOfAll ? directory : directory.resolve(problem.file()).normalize();
    return new FleetProblem(
        problem.rule(),
        file.toString(),
        problem.line(),
        problem.column(),
        problem.field(),
        problem.message());
  }

  private static void print(
      List<FleetProblem> problems,
      Path directory,
      Counts counts,
      PrintStream out,
      PrintStream err) {
    problems.forEach(problem -> out.println(Visible.line(problem.toString())));
    if (problems.isEmpty()) {
      out.printf(
          "%s is valid: applications %d, clusters %d, repositories %d, projects %d%n",
          Visible.line(directory.toString()),
          counts.applications(),
          counts.clusters(),
          counts.repositories(),
          counts.projects());
    } else {
      err.printf(
          "sluice: problems %d, files with problems %d%n",
          problems.size(), problems.stream().map(FleetProblem::file).distinct().count());
    }
  }

  private static void print(Object document, PrintStream out) throws IOException {
    out.println(
        Visible.json(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(document)));
  }
}
