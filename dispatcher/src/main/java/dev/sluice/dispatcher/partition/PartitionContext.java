package dev.sluice.dispatcher.partition;

import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.recorded.RecordedTargets;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Replication;
import dev.sluice.platform.process.LargePayloads;
import dev.sluice.platform.telemetry.Tracing;
import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Parts and settings that all partitions of a dispatcher share.
 *
 * @param partitions number of partitions of {@code changes}
 * @param replication of the topics that are created
 * @param payloads limits the inputs that the process has in memory
 */
public record PartitionContext(
    KafkaConnection connection,
    int partitions,
    Replication replication,
    Mirrors mirrors,
    Remotes remotes,
    RecordedTargets recorded,
    LargePayloads payloads,
    RetryTiming timing,
    Clock clock,
    ScheduledExecutorService timers,
    DispatchListener listener,
    Tracing tracing) {}
