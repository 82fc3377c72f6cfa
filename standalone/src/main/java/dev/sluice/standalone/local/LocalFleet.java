package dev.sluice.standalone.local;

import dev.sluice.dispatcher.fleet.FleetConfig;
import dev.sluice.dispatcher.fleet.FleetLocation;
import dev.sluice.dispatcher.fleet.FleetReader;
import dev.sluice.dispatcher.fleet.FleetReading;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;

/** Fleet that a command reads once, with what it has for access to a Git repository. */
final class LocalFleet {

  private LocalFleet() {}

  static FleetReading read(
      Setting<FleetLocation> setting, SettingValues values, LocalRemotes remotes) {
    return FleetReader.read(FleetConfig.withAccess(values.get(setting), values), remotes.mirrors());
  }
}
