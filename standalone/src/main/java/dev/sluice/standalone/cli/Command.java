package dev.sluice.standalone.cli;

import dev.sluice.contract.config.Setting;
import dev.sluice.contract.config.SettingValues;
import java.util.List;

/**
 * One verb of the command line.
 *
 * @param settings what it reads, from options, environment and file
 */
public record Command(String name, String description, List<Setting<?>> settings, Action action) {

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
