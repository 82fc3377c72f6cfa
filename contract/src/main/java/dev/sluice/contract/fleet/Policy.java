package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Duration;
import java.util.Optional;

/**
 * Permitted changes to an application's objects in a cluster.
 *
 * @param prune delete objects that are no longer rendered
 * @param pruneLimitPercent the share of the application's objects that one generation may delete
 *     without approval; 0 to 100
 * @param force take over fields that other field managers own
 * @param timeout the longest time for one attempt, including waits
 * @param plugins whether kustomizations may run plugins that are installed at the worker; empty if
 *     not
 * @param generatedValues the treatment of values that charts generate; empty for the default
 */
public record Policy(
    boolean prune,
    int pruneLimitPercent,
    boolean force,
    Duration timeout,
    Optional<Boolean> plugins,
    Optional<GeneratedValues> generatedValues) {

  public static final Policy DEFAULT = new Policy(true, 50, true, Duration.ofMinutes(5));

  public Policy {
    plugins = plugins.filter(allowed -> allowed);
    generatedValues = generatedValues.filter(given -> given != GeneratedValues.KEEP_LIVE);
    if (pruneLimitPercent < 0 || pruneLimitPercent > 100) {
      throw new IllegalArgumentException(
          "pruneLimitPercent is between 0 and 100, not " + pruneLimitPercent);
    }
    if (timeout.compareTo(Duration.ofSeconds(1)) < 0
        || timeout.compareTo(Duration.ofHours(24)) > 0) {
      throw new IllegalArgumentException("timeout is between 1s and 24h, not " + timeout);
    }
  }

  /** Creates a policy that allows no plugins. */
  public Policy(boolean prune, int pruneLimitPercent, boolean force, Duration timeout) {
    this(prune, pruneLimitPercent, force, timeout, Optional.empty(), Optional.empty());
  }

  /** Returns the treatment of values that charts generate. */
  @JsonIgnore
  public GeneratedValues ofGenerated() {
    return generatedValues.orElse(GeneratedValues.KEEP_LIVE);
  }

  /** Returns whether kustomizations may run plugins. */
  @JsonIgnore
  public boolean allowsPlugins() {
    return plugins.orElse(false);
  }
}
