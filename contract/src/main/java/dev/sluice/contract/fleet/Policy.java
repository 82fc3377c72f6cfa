package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.sluice.contract.name.GroupKind;
import java.time.Duration;
import java.util.List;
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
 * @param selfHeal whether drift is put back, or only shown; empty for the default, which is to heal
 * @param healthTimeout the time after which objects that are not healthy yet count as degraded;
 *     empty for the default
 * @param ignoreDifferences fields that may differ from Git; empty for none
 * @param sharedObjects the objects that other applications may declare, too; empty if none
 * @param healthCheckExprs rules for the health of objects; empty for none
 * @param adopt the existing objects that the application may take over; empty for the default,
 *     which is those that nobody owns
 */
public record Policy(
    boolean prune,
    int pruneLimitPercent,
    boolean force,
    Duration timeout,
    Optional<Boolean> plugins,
    Optional<GeneratedValues> generatedValues,
    Optional<Boolean> selfHeal,
    Optional<Duration> healthTimeout,
    Optional<List<IgnoredDifference>> ignoreDifferences,
    Optional<ObjectSharing> sharedObjects,
    Optional<List<HealthCheck>> healthCheckExprs,
    Optional<Adoption> adopt) {

  private static final Duration HEALTH_TIMEOUT = Duration.ofMinutes(5);

  public static final Policy DEFAULT = new Policy(true, 50, true, Duration.ofMinutes(5));

  public Policy {
    plugins = plugins.filter(allowed -> allowed);
    generatedValues = generatedValues.filter(given -> given != GeneratedValues.KEEP_LIVE);
    selfHeal = selfHeal.filter(heals -> !heals);
    healthTimeout = healthTimeout.filter(given -> !given.equals(HEALTH_TIMEOUT));
    ignoreDifferences = ignoreDifferences.map(List::copyOf).filter(rules -> !rules.isEmpty());
    sharedObjects = sharedObjects.filter(given -> given != ObjectSharing.NONE);
    healthCheckExprs = healthCheckExprs.map(List::copyOf).filter(rules -> !rules.isEmpty());
    adopt = adopt.filter(given -> given != Adoption.UNOWNED);
    if (pruneLimitPercent < 0 || pruneLimitPercent > 100) {
      throw new IllegalArgumentException(
          "pruneLimitPercent is between 0 and 100, not " + pruneLimitPercent);
    }
    requireTime("timeout", timeout);
    healthTimeout.ifPresent(given -> requireTime("healthTimeout", given));
  }

  private static void requireTime(String field, Duration time) {
    if (time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(Duration.ofHours(24)) > 0) {
      throw new IllegalArgumentException("%s is between 1s and 24h, not %s".formatted(field, time));
    }
  }

  /** Creates a policy with the defaults for everything else. */
  public Policy(boolean prune, int pruneLimitPercent, boolean force, Duration timeout) {
    this(
        prune,
        pruneLimitPercent,
        force,
        timeout,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns the treatment of values that charts generate. */
  @JsonIgnore
  public GeneratedValues ofGenerated() {
    return generatedValues.orElse(GeneratedValues.KEEP_LIVE);
  }

  /** Returns whether drift is put back. */
  @JsonIgnore
  public boolean heals() {
    return selfHeal.orElse(true);
  }

  /** Returns the time after which objects that are not healthy yet count as degraded. */
  @JsonIgnore
  public Duration timeToHealth() {
    return healthTimeout.orElse(HEALTH_TIMEOUT);
  }

  /** Returns the fields that may differ from Git. */
  @JsonIgnore
  public List<IgnoredDifference> ignored() {
    return ignoreDifferences.orElse(List.of());
  }

  /** Returns whether other applications may declare objects of this kind, too. */
  public boolean shares(GroupKind kind) {
    return sharedObjects.orElse(ObjectSharing.NONE).includes(kind);
  }

  /** Returns the rules for the health of objects. */
  @JsonIgnore
  public List<HealthCheck> healthChecks() {
    return healthCheckExprs.orElse(List.of());
  }

  /** Returns the existing objects that the application may take over. */
  @JsonIgnore
  public Adoption adoption() {
    return adopt.orElse(Adoption.UNOWNED);
  }

  /** Returns whether kustomizations may run plugins. */
  @JsonIgnore
  public boolean allowsPlugins() {
    return plugins.orElse(false);
  }
}
