package dev.sluice.standalone.cli;

import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A command that reads settings.
 *
 * @param name as it is typed; the name of a subcommand begins with that of a command before it
 * @param settings settings that it reads from options, environment and file
 * @param parameter setting that is given as an argument without an option's name
 */
public record Command(
    String name,
    String description,
    List<Setting<?>> settings,
    Optional<Setting<?>> parameter,
    Action action) {

  /** Creates a command with options only. */
  public Command(String name, String description, List<Setting<?>> settings, Action action) {
    this(name, description, settings, Optional.empty(), action);
  }

  /** Returns all settings, with the parameter. */
  List<Setting<?>> all() {
    return Stream.concat(settings.stream(), parameter.stream()).toList();
  }

  /** The action of a command. */
  @FunctionalInterface
  public interface Action {

    /** Runs the command and returns its exit code; 0 means success. */
    int run(SettingValues values) throws Exception;
  }
}
