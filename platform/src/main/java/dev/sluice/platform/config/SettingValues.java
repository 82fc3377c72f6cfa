package dev.sluice.platform.config;

import java.util.Map;
import java.util.Set;

/**
 * The values of a set of settings, all of them valid. Never printed: some may be secret references.
 */
public final class SettingValues {

  private final Map<String, Object> values;
  private final Set<String> given;

  SettingValues(Map<String, Object> values, Set<String> given) {
    this.values = Map.copyOf(values);
    this.given = Set.copyOf(given);
  }

  /**
   * The value of a setting.
   *
   * @throws IllegalArgumentException if the setting was not among those that were read
   */
  @SuppressWarnings("unchecked") // read by the very setting that is asked for
  public <T> T get(Setting<T> setting) {
    Object value = values.get(setting.name());
    if (value == null) {
      throw new IllegalArgumentException("setting " + setting.name() + " was not read");
    }
    return (T) value;
  }

  /** Whether someone gave the setting a value, rather than leaving it to its fallback. */
  public boolean isGiven(Setting<?> setting) {
    return given.contains(setting.name());
  }
}
