package dev.sluice.standalone.local;

import dev.sluice.dispatcher.fleet.FleetConfig;
import dev.sluice.dispatcher.fleet.FleetLocation;
import dev.sluice.dispatcher.fleet.FleetReader;
import dev.sluice.dispatcher.fleet.FleetReading;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Visible;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Stream;

/** Fleet that a command reads once, with what it has for access to a Git repository. */
final class LocalFleet {

  private LocalFleet() {}

  /**
   * Reads a fleet, and reports its problems.
   *
   * @param trees the repositories that generators read
   */
  static FleetReading read(
      Setting<FleetLocation> setting,
      SettingValues values,
      LocalRemotes remotes,
      GeneratorTrees trees,
      PrintStream err) {
    FleetReading fleet =
        FleetReader.read(
            FleetConfig.withAccess(values.get(setting), values), remotes.mirrors(), trees);
    problems(fleet).forEach(problem -> err.println("sluice: fleet: " + problem));
    return fleet;
  }

  /** Returns what is wrong with a fleet, in a line each. */
  static List<String> problems(FleetReading fleet) {
    return Stream.of(fleet.problems(), fleet.sets().problems(), fleet.sets().unread())
        .flatMap(List::stream)
        .map(found -> Visible.line(found.toString()))
        .toList();
  }
}
