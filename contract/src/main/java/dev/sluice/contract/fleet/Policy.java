package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.contract.name.ServiceAccountName;
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
 * @param timeout the longest time that one wait takes: for the objects of a wave to become healthy,
 *     or for hooks to end
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
 * @param serviceAccount the account that is impersonated for all reads and writes of the
 *     application's objects; empty if the worker's own permissions are used
 * @param createNamespace creates the application's namespace; empty if only manifests do
 * @param propagationPolicy how the dependents of deleted objects are treated; empty for the
 *     default, which is to delete them in the background
 * @param protect who may write the application's objects besides Sluice; empty if everyone with the
 *     permissions may
 * @param replace delete and create again objects whose immutable fields have changed; empty if only
 *     those whose annotations ask for it
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
    Optional<Adoption> adopt,
    Optional<ServiceAccountName> serviceAccount,
    Optional<NamespaceCreation> createNamespace,
    Optional<Propagation> propagationPolicy,
    Optional<WriteProtection> protect,
    Optional<Boolean> replace) {

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
    propagationPolicy = propagationPolicy.filter(given -> given != Propagation.BACKGROUND);
    replace = replace.filter(replaces -> replaces);
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

  /** Returns whether objects whose immutable fields have changed are deleted and created again. */
  @JsonIgnore
  public boolean replaces() {
    return replace.orElse(false);
  }

  /** Returns how the dependents of deleted objects are treated. */
  @JsonIgnore
  public Propagation propagation() {
    return propagationPolicy.orElse(Propagation.BACKGROUND);
  }

  /** Returns whether kustomizations may run plugins. */
  @JsonIgnore
  public boolean allowsPlugins() {
    return plugins.orElse(false);
  }
}
