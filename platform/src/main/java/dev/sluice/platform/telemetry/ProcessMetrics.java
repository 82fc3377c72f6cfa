package dev.sluice.platform.telemetry;

import dev.sluice.platform.process.FailureLog;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;

/** The metrics of the JVM and of its process, by Micrometer's binders. */
public final class ProcessMetrics implements AutoCloseable {

  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final FailureLog.Subscription failures;

  private ProcessMetrics(Metrics metrics) {
    Counter failed =
        metrics.counter(
            "sluice_failed_attempts_total",
            "Attempts that failed, of work that is tried again; the log has a line for each cause");
    this.failures = FailureLog.countBy(work -> failed.add(Tags.of("work", work), 1));
  }

  /** Adds them to the metrics of this process, once for each process. */
  public static ProcessMetrics bind(Metrics metrics) {
    ProcessMetrics bound = new ProcessMetrics(metrics);
    metrics.bind(bound.gc);
    metrics.bind(new JvmMemoryMetrics());
    metrics.bind(new JvmThreadMetrics());
    metrics.bind(new ClassLoaderMetrics());
    metrics.bind(new ProcessorMetrics());
    metrics.bind(new FileDescriptorMetrics());
    metrics.bind(new UptimeMetrics());
    return bound;
  }

  @Override
  public void close() {
    failures.close();
    gc.close();
  }
}
