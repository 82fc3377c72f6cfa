package dev.sluice.standalone.cli;

import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.process.OutsideFailures;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * The command line of all commands. Exit codes: 0 success, 1 the command failed, 2 wrong usage or
 * configuration, 3 the API cannot be reached, 4 the API refuses, 5 timeout, 6 something could not
 * be compared.
 */
public final class CommandLineInterface {

  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;
  private static final Setting<Optional<Path>> CONFIG =
      Setting.path("config", "a YAML file with settings; keys are the options without '--'")
          .optional();

  /** The API that the client's verbs call; every command accepts its environment variable. */
  public static final Setting<URI> SERVER =
      Setting.uri("server", "URL of the API").or("http://127.0.0.1:8090");

  public static final Setting<Optional<SecretReference>> TOKEN =
      Setting.of("token", "REF", "the API token: env:NAME or file:PATH", SecretReference::new)
          .optional();
  private static final List<Setting<?>> CLIENT = List.of(SERVER, TOKEN);

  private final List<Command> commands;
  private final Verbs verbs;
  private final Map<String, String> environment;

  /** Factory of commands that are annotated for picocli; calling one returns its exit code. */
  @FunctionalInterface
  public interface Verbs {

    /**
     * Creates the commands.
     *
     * @param known settings of other commands, which may be in the environment or the file too
     */
    List<Object> create(List<Setting<?>> known, Map<String, String> environment);
  }

  /** An annotated command with subcommands, which are created only if it is used. */
  public interface Composed {

    CommandLine compose();
  }

  public CommandLineInterface(List<Command> commands, Map<String, String> environment) {
    this(commands, (_, _) -> List.of(), environment);
  }

  public CommandLineInterface(
      List<Command> commands, Verbs verbs, Map<String, String> environment) {
    this.commands = List.copyOf(commands);
    this.verbs = verbs;
    this.environment = Map.copyOf(environment);
  }

  /** Runs the command that the arguments name and returns the exit code. */
  public int run(String... arguments) {
    return line(arguments).execute(arguments);
  }

  /**
   * Runs the command that the arguments name and returns the exit code.
   *
   * @param errors takes the reason of a failure, instead of standard error
   */
  public int run(PrintWriter errors, String... arguments) {
    return line(arguments).setErr(errors).execute(arguments);
  }

  /**
   * Creates the command that the first argument names, or all commands if it names none. To create
   * all takes picocli longer than a request to the API.
   */
  private CommandLine line(String... arguments) {
    List<Object> created = verbs.create(known(), environment);
    boolean isOne =
        arguments.length > 0
            && Stream.concat(
                    commands.stream().map(CommandLineInterface::firstWord),
                    created.stream().map(CommandLineInterface::name))
                .anyMatch(arguments[0]::equals);
    Predicate<String> named = name -> !isOne || name.equals(arguments[0]);
    CommandSpec root =
        CommandSpec.create().name("sluice").version(version()).mixinStandardHelpOptions(true);
    root.usageMessage()
        .description("Event-driven GitOps: a webhook becomes a durable event, and clusters follow.")
        .footer(
            "",
            "Every option is also an environment variable (--topic-prefix: SLUICE_TOPIC_PREFIX)",
            "and a key of the file given by --config (topic-prefix: ...). The option wins, then",
            "the variable, then the file.");
    commands.stream()
        .filter(command -> named.test(firstWord(command)))
        .forEach(
            command -> {
              CommandSpec spec = spec(command);
              parent(root, command).addSubcommand(spec.name(), new CommandLine(spec));
            });
    created.stream()
        .filter(verb -> named.test(name(verb)))
        .forEach(
            verb ->
                root.addSubcommand(
                    null, verb instanceof Composed one ? one.compose() : new CommandLine(verb)));
    if (!isOne) {
      root.addSubcommand("completion", new CommandLine(new GenerateCompletion()));
    }
    CommandLine line = new CommandLine(root);
    line.setExecutionStrategy(this::execute);
    line.setExecutionExceptionHandler((failure, at, _) -> report(failure, at));
    return line;
  }

  private static String firstWord(Command command) {
    return command.name().split(" ", 2)[0];
  }

  private static String name(Object verb) {
    return verb.getClass().getAnnotation(CommandLine.Command.class).name();
  }

  /** Returns what a command is a subcommand of: the root, or the command before the last word. */
  private static CommandSpec parent(CommandSpec root, Command command) {
    int space = command.name().indexOf(' ');
    return space < 0
        ? root
        : root.subcommands().get(command.name().substring(0, space)).getCommandSpec();
  }

  private int execute(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    CommandLine at = last.commandSpec().commandLine();
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    if (!parsed.hasSubcommand()) {
      at.usage(at.getErr());
      return WRONG_USAGE;
    }
    if (last.commandSpec().userObject() != null) {
      return new CommandLine.RunLast().execute(parsed);
    }
    String qualified = last.commandSpec().qualifiedName(" ");
    String name = qualified.substring(qualified.indexOf(' ') + 1);
    Command command =
        commands.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    try {
      return command.action().run(read(command, last));
    } catch (Exception e) {
      throw new CommandLine.ExecutionException(at, String.valueOf(e.getMessage()), e);
    }
  }

  private SettingValues read(Command command, ParseResult parsed) {
    Map<String, List<String>> options = new HashMap<>();
    for (Setting<?> setting : command.settings()) {
      OptionSpec option = parsed.matchedOption(setting.option());
      if (option != null) {
        options.put(setting.name(), option.stringValues());
      }
    }
    command
        .parameter()
        .filter(_ -> parsed.hasMatchedPositional(0))
        .ifPresent(
            setting -> options.put(setting.name(), parsed.matchedPositional(0).stringValues()));
    Optional<Path> file =
        Optional.ofNullable(parsed.matchedOption(CONFIG.option()))
            .map(option -> option.stringValues().getLast())
            .or(() -> Optional.ofNullable(environment.get(CONFIG.variable())))
            .map(Path::of);
    return new Settings(command.all(), known()).read(options, environment, file);
  }

  private List<Setting<?>> known() {
    List<Setting<?>> known = new ArrayList<>(List.of(CONFIG));
    known.addAll(CLIENT);
    commands.forEach(one -> known.addAll(one.all()));
    return known;
  }

  private static int report(Exception failure, CommandLine at) {
    Throwable cause =
        failure instanceof CommandLine.ExecutionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ConfigurationException refused) {
      at.getErr().println("sluice: the configuration is not usable:");
      refused
          .problems()
          .forEach(problem -> at.getErr().println("  " + Visible.line(problem.toString())));
      return WRONG_USAGE;
    }
    at.getErr().println("sluice: " + Visible.block(reason(cause)));
    if (cause instanceof ExitException exit) {
      return exit.code();
    }
    org.slf4j.LoggerFactory.getLogger(CommandLineInterface.class)
        .debug("{} failed", at.getCommandName(), cause);
    return FAILED;
  }

  /** Returns why a command failed: our message, or a description of a failure that is not ours. */
  private static String reason(Throwable failure) {
    return failure.getMessage() == null
            || failure instanceof KafkaException
            || failure.getCause() instanceof KafkaException
        ? OutsideFailures.describe(failure)
        : failure.getMessage();
  }

  private static CommandSpec spec(Command command) {
    CommandSpec spec =
        CommandSpec.create()
            .name(command.name().substring(command.name().lastIndexOf(' ') + 1))
            .mixinStandardHelpOptions(true);
    spec.usageMessage().description(command.description());
    command.settings().forEach(setting -> spec.addOption(option(setting)));
    spec.addOption(option(CONFIG));
    command
        .parameter()
        .ifPresent(
            setting ->
                spec.addPositional(
                    PositionalParamSpec.builder()
                        .index(setting.many() ? "0..*" : "0")
                        .paramLabel(setting.label())
                        .description(setting.description())
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .arity(arity(setting))
                        .build()));
    return spec;
  }

  private static String arity(Setting<?> parameter) {
    if (parameter.many()) {
      return "1..*";
    }
    return parameter.required() ? "1" : "0..1";
  }

  private static OptionSpec option(Setting<?> setting) {
    List<String> notes = new ArrayList<>();
    if (setting.required()) {
      notes.add("required");
    }
    setting
        .fallback()
        .filter(value -> !value.isEmpty())
        .ifPresent(value -> notes.add("default: " + value));
    if (setting.many()) {
      notes.add("may be repeated");
    }
    notes.add(setting.variable());
    OptionSpec.Builder option =
        OptionSpec.builder(setting.option())
            .paramLabel(setting.label())
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description(
                "%s (%s)"
                    .formatted(setting.description(), String.join("; ", notes))
                    .replace("%", "%%"));
    return setting.isFlag()
        ? option.arity("0..1").fallbackValue("true").build()
        : option.arity("1").build();
  }

  private static String version() {
    return "sluice " + ProgramVersion.text();
  }
}
