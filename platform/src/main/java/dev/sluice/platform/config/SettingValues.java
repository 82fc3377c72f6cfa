package dev.sluice.platform.config;

import java.util.Map;
import java.util.Set;

/** Valid values of a set of settings. Never printed, because some may be references to secrets. */
public final class SettingValues {

  private final Map<String, Object> values;
  private final Set<String> given;

  SettingValues(Map<String, Object> values, Set<String> given) {
    this.values = Map.copyOf(values);
    this.given = Set.copyOf(given);
  }

  /**
   * Returns the value of a setting.
   *
   * @throws IllegalArgumentException if the setting was not read
   */
  @SuppressWarnings("unchecked") // parsed by the same setting
  public <T> T get(Setting<T> setting) {
    Object value = values.get(setting.name());
    if (value == null) {
      throw new IllegalArgumentException("setting " + setting.name() + " was not read");
    }
    return (T) value;
  }

  /** Returns whether the setting was given a value, so that its default is not used. */
  public boolean isGiven(Setting<?> setting) {
    return given.contains(setting.name());
  }
}
