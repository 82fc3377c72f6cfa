package dev.sluice.dispatcher.home;

import dev.sluice.contract.kafka.KafkaConnection;
import dev.sluice.contract.kafka.Replication;
import dev.sluice.contract.telemetry.Tracing;
import dev.sluice.dispatcher.closure.Remotes;
import dev.sluice.dispatcher.git.Mirrors;
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
