package dev.sluice.dispatcher.partition;

import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Replication;
import dev.sluice.platform.telemetry.Tracing;
import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What all homes of a dispatcher share.
 *
 * @param homes how many there are: partitions of {@code changes}
 * @param replication of topics that are created
 */
public record HomeSetting(
    KafkaConnection connection,
    int homes,
    Replication replication,
    Mirrors mirrors,
    Remotes remotes,
    Timing timing,
    Clock clock,
    ScheduledExecutorService timers,
    DispatchListener listener,
    Tracing tracing) {}
