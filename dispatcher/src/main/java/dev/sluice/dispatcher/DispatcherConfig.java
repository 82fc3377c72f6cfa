package dev.sluice.dispatcher;

import dev.sluice.dispatcher.archive.ArchiveConfig;
import dev.sluice.dispatcher.fleet.FleetConfig;
import dev.sluice.dispatcher.fleet.RemovalGuard;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.MirrorLimits;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.Replication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Settings of a dispatcher.
 *
 * @param mirrors directory that the Git mirrors and downloaded charts are kept in
 * @param mirrorLimits disk space that the mirrors may use
 * @param partitions number of partitions of {@code changes}; fixed when the topics are created
 * @param replication of the topics that the dispatcher creates
 * @param instance a name that stays the same after a restart, so that the broker returns the
 *     partitions at once instead of waiting for the session to time out (Kafka's static
 *     membership); empty for dynamic membership
 * @param healthPort where {@code /livez}, {@code /readyz} and {@code /metrics} are served; 0 for
 *     any free port
 * @param archive of the targets; without one, only the topics have them
 */
public record DispatcherConfig(
    FleetConfig fleet,
    Path mirrors,
    MirrorLimits mirrorLimits,
    int partitions,
    Replication replication,
    RetryTiming timing,
    RemovalGuard guard,
    Optional<String> instance,
    Optional<Integer> healthPort,
    Optional<ArchiveConfig> archive) {

  public static final Setting<Path> MIRRORS =
      Setting.path(
              "mirrors", "directory of Git mirrors and downloaded charts; a cache that can be lost")
          .or(".sluice/mirrors");
  public static final Setting<Integer> MIRROR_LIMIT =
      Setting.integer(
              "mirror-limit",
              "largest mirror of one repository, in MiB; a larger fetch is cancelled",
              1,
              4 << 20)
          .or("4096");
  public static final Setting<Optional<Integer>> MIRROR_BUDGET =
      Setting.integer(
              "mirror-budget",
              "largest total size of all mirrors, in MiB; beyond it the least recently used are"
                  + " removed (default: no limit)",
              1,
              64 << 20)
          .optional();
  public static final Setting<Integer> PARTITIONS =
      Setting.integer("homes", "partitions of the changes topic; fixed when it is created", 1, 1024)
          .or("8");
  public static final Setting<Optional<Integer>> REPLICATION_FACTOR =
      Setting.integer(
              "replication-factor",
              "replicas of the topics that are created (default: three, or one for each broker"
                  + " where there are fewer)",
              1,
              32)
          .optional();
  public static final Setting<Optional<Integer>> MIN_INSYNC_REPLICAS =
      Setting.integer(
              "min-insync-replicas",
              "replicas that a write to a topic that is created waits for (default: one less than"
                  + " there are, at least one)",
              1,
              32)
          .optional();
  public static final Setting<Duration> FETCH_PATIENCE =
      Setting.duration(
              "fetch-patience", "how long to ask Git for a commit that a webhook announced")
          .or("30s");
  public static final Setting<Duration> GRACE =
      Setting.duration(
              "grace", "how long a change may be pending before it is recorded in the state topic")
          .or("500ms");
  public static final Setting<Duration> SWEEP =
      Setting.duration(
              "sweep",
              "interval between polls of refs without webhooks, jittered; 0s turns polling off")
          .or("3m");
  public static final Setting<Integer> REMOVAL_LIMIT =
      Setting.integer(
              "removal-limit",
              "percentage of the applications that a fleet revision may remove or deselect without"
                  + " an approval; two may always be, and in a fleet of fewer than five no more",
              0,
              100)
          .or("30");
  public static final Setting<Optional<String>> INSTANCE =
      Setting.text(
              "dispatcher-instance",
              "NAME",
              "a name of this dispatcher that is the same after a restart; makes restarts faster")
          .optional();
  public static final Setting<Optional<Integer>> HEALTH_PORT =
      Setting.integer(
              "dispatcher-health-port",
              "port of /livez, /readyz and /metrics; 0 for any free port",
              0,
              65535)
          .optional();

  public static final List<Setting<?>> SETTINGS =
      Stream.of(
              FleetConfig.SETTINGS,
              List.<Setting<?>>of(
                  MIRRORS,
                  MIRROR_LIMIT,
                  MIRROR_BUDGET,
                  PARTITIONS,
                  REPLICATION_FACTOR,
                  MIN_INSYNC_REPLICAS,
                  FETCH_PATIENCE,
                  GRACE,
                  SWEEP,
                  REMOVAL_LIMIT,
                  INSTANCE,
                  HEALTH_PORT),
              ArchiveConfig.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  /** Returns the default settings with a fleet in a directory. */
  public static DispatcherConfig of(Path fleet, Path mirrors) {
    return new DispatcherConfig(
        FleetConfig.of(fleet),
        mirrors,
        MirrorLimits.DEFAULT,
        8,
        Replication.AUTOMATIC,
        RetryTiming.DEFAULT,
        RemovalGuard.DEFAULT,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns these settings with this instance name unless one is set. */
  public DispatcherConfig orInstance(String name) {
    return new DispatcherConfig(
        fleet,
        mirrors,
        mirrorLimits,
        partitions,
        replication,
        timing,
        guard,
        instance.or(() -> Optional.of(name)),
        healthPort,
        archive);
  }

  /** Returns these settings with an archive. */
  public DispatcherConfig archivedIn(ArchiveConfig other) {
    return new DispatcherConfig(
        fleet,
        mirrors,
        mirrorLimits,
        partitions,
        replication,
        timing,
        guard,
        instance,
        healthPort,
        Optional.of(other));
  }

  public static DispatcherConfig from(SettingValues values) {
    return new DispatcherConfig(
        FleetConfig.from(values),
        values.get(MIRRORS),
        new MirrorLimits(
            (long) values.get(MIRROR_LIMIT) << 20,
            values.get(MIRROR_BUDGET).map(budget -> (long) budget << 20)),
        values.get(PARTITIONS),
        new Replication(values.get(REPLICATION_FACTOR), values.get(MIN_INSYNC_REPLICAS)),
        new RetryTiming(values.get(FETCH_PATIENCE), values.get(GRACE), values.get(SWEEP)),
        new RemovalGuard(values.get(REMOVAL_LIMIT)),
        values.get(INSTANCE),
        values.get(HEALTH_PORT),
        ArchiveConfig.from(values));
  }
}
