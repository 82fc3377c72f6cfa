package dev.sluice.dispatcher.home;

import dev.sluice.contract.kafka.KafkaConnection;
import dev.sluice.contract.telemetry.Tracing;
import dev.sluice.dispatcher.closure.Remotes;
import dev.sluice.dispatcher.git.Mirrors;
import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;

/** What all homes of a dispatcher share. */
public record HomeSetting(
    KafkaConnection connection,
    Mirrors mirrors,
    Remotes remotes,
    Timing timing,
    Clock clock,
    ScheduledExecutorService timers,
    DispatchListener listener,
    Tracing tracing,
    PoisonEvents poison) {}
