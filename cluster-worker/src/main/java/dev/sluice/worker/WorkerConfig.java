package dev.sluice.worker;

import dev.sluice.contract.fleet.WriteProtection;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.worker.apply.OwnObjects;
import dev.sluice.worker.leadership.LeaseTimes;
import dev.sluice.worker.ledger.LedgerNames;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.protect.ProtectionConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Configuration of a worker.
 *
 * @param installation separates installations of Sluice in one cluster
 * @param systemNamespace holds the ledgers and the Lease; created when it is missing
 * @param identity of this worker, unique within the cluster
 * @param concurrency how many applications are reconciled at once
 * @param healthPort of {@code /livez}, {@code /readyz} and {@code /metrics}; 0 for any free one
 * @param deployers applications that may write into the system namespace because they deploy Sluice
 * @param requireServiceAccount whether an application that names no service account is refused
 * @param protection the protection of the objects of applications against other writers
 */
public record WorkerConfig(
    ClusterName cluster,
    String installation,
    String systemNamespace,
    String identity,
    LeaseTimes lease,
    int concurrency,
    Patience patience,
    Optional<Integer> healthPort,
    Set<ApplicationName> deployers,
    boolean requireServiceAccount,
    ProtectionConfig protection) {

  /**
   * Timeouts and intervals.
   *
   * @param retryLeast shortest delay before the retry of a transient failure
   * @param retryMost longest delay before such a retry
   * @param stuckAfter how long transient failures are retried before the application is parked
   * @param slowTimer between attempts at an application that is parked because of the cluster's
   *     state
   * @param sweepInterval between orphan sweeps
   * @param resyncInterval between listings of all live objects, which find what watches missed
   * @param callTimeout of one API call
   */
  public record Patience(
      Duration retryLeast,
      Duration retryMost,
      Duration stuckAfter,
      Duration slowTimer,
      Duration sweepInterval,
      Duration resyncInterval,
      Duration callTimeout) {

    public static final Patience DEFAULT =
        new Patience(
            Duration.ofMillis(500),
            Duration.ofSeconds(60),
            Duration.ofMinutes(10),
            Duration.ofMinutes(5),
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            Duration.ofSeconds(30));
  }

  public static final Setting<ClusterName> CLUSTER =
      Setting.of("cluster", "NAME", "the cluster this worker works in", ClusterName::new);
  public static final Setting<String> INSTALLATION =
      Setting.of(
              "installation",
              "ID",
              "id of this installation of Sluice, if a cluster has several",
              Ownership::requireInstallation)
          .or("default");
  public static final Setting<String> SYSTEM_NAMESPACE =
      Setting.text(
              "system-namespace",
              "NAMESPACE",
              "namespace of the ledgers, their signing key and the Lease")
          .or("sluice-system");
  public static final Setting<Optional<String>> IDENTITY =
      Setting.text(
              "identity", "NAME", "of this worker, unique within the cluster (default: generated)")
          .optional();
  public static final Setting<Integer> CONCURRENCY =
      Setting.integer(
              "concurrency", "number of applications that are reconciled in parallel", 1, 1000)
          .or("16");
  public static final Setting<Duration> LEASE_DURATION =
      Setting.duration("lease-duration", "how long a Lease that is not renewed stays valid")
          .or("15s");
  public static final Setting<Duration> LEASE_RENEW_DEADLINE =
      Setting.duration("lease-renew-deadline", "how long to try to renew the Lease").or("10s");
  public static final Setting<Duration> LEASE_RETRY_PERIOD =
      Setting.duration(
              "lease-retry-period",
              "interval between attempts to take the Lease, or to renew it after a failure")
          .or("2s");
  public static final Setting<Duration> SLOW_TIMER =
      Setting.duration(
              "slow-timer",
              "interval between attempts at applications that are parked because of the cluster's"
                  + " state")
          .or("5m");
  public static final Setting<Duration> STUCK_AFTER =
      Setting.duration("stuck-after", "how long an application is retried before it is parked")
          .or("10m");
  public static final Setting<Duration> SWEEP_INTERVAL =
      Setting.duration(
              "sweep-interval",
              "interval between sweeps for orphans and checks of the ledgers' keys")
          .or("1m");
  public static final Setting<Duration> RESYNC_INTERVAL =
      Setting.duration(
              "resync-interval",
              "interval between listings of all live objects, which find what watches missed")
          .or("1h");
  public static final Setting<Optional<Integer>> HEALTH_PORT =
      Setting.integer(
              "health-port", "port of /livez, /readyz and /metrics; 0 for any free port", 0, 65535)
          .optional();

  public static final Setting<List<ApplicationName>> DEPLOYS_SLUICE =
      Setting.list(
          "deploys-sluice",
          "APPLICATION",
          "an application that may write into the system namespace, since it deploys Sluice itself",
          ApplicationName::new);

  public static final Setting<Boolean> REQUIRE_SERVICE_ACCOUNT =
      Setting.flag(
          "require-service-account",
          "refuse applications without policy.serviceAccount, so that none uses the worker's own"
              + " permissions");

  public static final Setting<Boolean> PROTECT =
      Setting.flag(
          "protect",
          "install the admission policy that refuses writes by others to the objects of"
              + " applications with policy.protect");

  public static final Setting<String> BREAK_GLASS_GROUP =
      Setting.of(
              "break-glass-group",
              "GROUP",
              "group whose members may write protected objects in an emergency",
              WriteProtection::requireName)
          .or("sluice:break-glass");

  public static final Setting<List<String>> PROTECT_ALLOW =
      Setting.list(
          "protect-allow",
          "NAME",
          "a user or a group that may write all protected objects, such as an operator",
          WriteProtection::requireName);

  /** The settings that workers of several clusters in one process share. */
  public static final List<Setting<?>> SHARED_SETTINGS =
      List.of(
          INSTALLATION,
          SYSTEM_NAMESPACE,
          CONCURRENCY,
          LEASE_DURATION,
          LEASE_RENEW_DEADLINE,
          LEASE_RETRY_PERIOD,
          SLOW_TIMER,
          STUCK_AFTER,
          SWEEP_INTERVAL,
          RESYNC_INTERVAL,
          DEPLOYS_SLUICE,
          REQUIRE_SERVICE_ACCOUNT,
          PROTECT,
          BREAK_GLASS_GROUP,
          PROTECT_ALLOW);

  /** All settings of a worker that runs by itself. */
  public static final List<Setting<?>> SETTINGS =
      Stream.concat(Stream.of(CLUSTER, IDENTITY, HEALTH_PORT), SHARED_SETTINGS.stream()).toList();

  /** Returns a configuration with the defaults of everything else. */
  public static WorkerConfig of(ClusterName cluster, String identity) {
    return new WorkerConfig(
        cluster,
        "default",
        "sluice-system",
        identity,
        new LeaseTimes(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2)),
        16,
        Patience.DEFAULT,
        Optional.empty(),
        Set.of(),
        false,
        ProtectionConfig.OFF);
  }

  /**
   * Returns the configuration of a worker that runs by itself, from {@link #SETTINGS}.
   *
   * @param fallbackIdentity used when none is set
   */
  public static WorkerConfig from(SettingValues values, String fallbackIdentity) {
    return from(
        values,
        values.get(CLUSTER),
        values.get(IDENTITY).orElse(fallbackIdentity),
        values.get(HEALTH_PORT));
  }

  /**
   * Returns the configuration of one of several workers in a process, from {@link
   * #SHARED_SETTINGS}.
   */
  public static WorkerConfig from(SettingValues values, ClusterName cluster, String identity) {
    return from(values, cluster, identity, Optional.empty());
  }

  private static WorkerConfig from(
      SettingValues values, ClusterName cluster, String identity, Optional<Integer> healthPort) {
    Patience standard = Patience.DEFAULT;
    return new WorkerConfig(
        cluster,
        values.get(INSTALLATION),
        values.get(SYSTEM_NAMESPACE),
        identity,
        new LeaseTimes(
            values.get(LEASE_DURATION),
            values.get(LEASE_RENEW_DEADLINE),
            values.get(LEASE_RETRY_PERIOD)),
        values.get(CONCURRENCY),
        new Patience(
            standard.retryLeast(),
            standard.retryMost(),
            values.get(STUCK_AFTER),
            values.get(SLOW_TIMER),
            values.get(SWEEP_INTERVAL),
            values.get(RESYNC_INTERVAL),
            standard.callTimeout()),
        healthPort,
        Set.copyOf(values.get(DEPLOYS_SLUICE)),
        values.get(REQUIRE_SERVICE_ACCOUNT),
        new ProtectionConfig(
            values.get(PROTECT), values.get(BREAK_GLASS_GROUP), values.get(PROTECT_ALLOW)));
  }

  /** Returns the name of the Lease that the cluster's leader holds. */
  String leaseName() {
    return "sluice-worker-" + installation;
  }

  /** Returns the objects that no application, or only some, may write. */
  OwnObjects ownObjects() {
    return new OwnObjects(systemNamespace, deployers);
  }

  /** Returns the names of the ledgers and of their signing keys. */
  LedgerNames ledgerNames() {
    return new LedgerNames(systemNamespace, installation);
  }
}
