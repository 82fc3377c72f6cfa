package dev.sluice.standalone.cli;

import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One verb of the command line.
 *
 * @param settings what it reads, from options, environment and file
 * @param parameter what is given without an option's name
 */
public record Command(
    String name,
    String description,
    List<Setting<?>> settings,
    Optional<Setting<?>> parameter,
    Action action) {

  /** A command with options only. */
  public Command(String name, String description, List<Setting<?>> settings, Action action) {
    this(name, description, settings, Optional.empty(), action);
  }

  /** All that it reads. */
  List<Setting<?>> all() {
    return Stream.concat(settings.stream(), parameter.stream()).toList();
  }

  /** What a command does, with its settings read. */
  @FunctionalInterface
  public interface Action {

    /**
     * Does it.
     *
     * @return the exit code; 0 means success
     */
    int run(SettingValues values) throws Exception;
  }
}
