package dev.sluice.dispatcher.api;

import dev.sluice.contract.event.Envelope;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.ResultEvent.Applied;
import dev.sluice.contract.event.ResultEvent.Dispatched;
import dev.sluice.dispatcher.readmodel.ReadModel;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the topics tell, for Prometheus: results by type, time from change to cluster, open dead
 * letters by cause, lag. Counts begin when the read model has caught up, so that a rebuild does not
 * count again what was counted long ago.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus: text
 *     format</a>
 */
final class ApiMetrics {

  private static final double[] BOUNDS = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800};
  private static final int MAX_UNDER_WAY = 100_000;

  private final ReadModel model;
  private final Map<String, Long> results = new TreeMap<>();
  private final long[] buckets = new long[BOUNDS.length + 1];
  private double seconds;
  private final Map<String, Instant> changedAt =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > MAX_UNDER_WAY;
        }
      };

  ApiMetrics(ReadModel model) {
    this.model = model;
    model.listen(this::taken);
  }

  private synchronized void taken(List<Envelope<?>> events, boolean live) {
    if (!live) {
      return;
    }
    for (Envelope<?> envelope : events) {
      if (envelope.event() instanceof ResultEvent result) {
        String type = result.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        results.merge(
            "{cluster=\"%s\",type=\"%s\"}".formatted(result.cluster(), type), 1L, Long::sum);
        time(result);
      }
    }
  }

  private void time(ResultEvent result) {
    if (result instanceof Dispatched dispatched) {
      changedAt.put(dispatched.subject().target().value(), dispatched.provenance().changedAt());
    }
    if (result instanceof Applied applied) {
      Instant changed = changedAt.remove(applied.subject().target().value());
      if (changed != null) {
        add(Duration.between(changed, applied.timings().appliedAt()));
      }
    }
  }

  private void add(Duration duration) {
    double taken = duration.toMillis() / 1e3;
    int bucket = 0;
    while (bucket < BOUNDS.length && taken > BOUNDS[bucket]) {
      bucket++;
    }
    buckets[bucket]++;
    seconds += taken;
  }

  /** All of it in the text format. */
  synchronized String text() {
    StringBuilder text = new StringBuilder();
    head(text, "sluice_results_total", "counter", "results of the workers and dispatchers by type");
    results.forEach(
        (labels, count) -> text.append("sluice_results_total%s %d\n".formatted(labels, count)));
    histogram(text);
    head(text, "sluice_dead_letters_open", "gauge", "open dead letters by cause");
    model
        .fleet()
        .openDeadLetters()
        .forEach(
            (code, count) ->
                text.append(
                    "sluice_dead_letters_open{code=\"%s\"} %d\n".formatted(escaped(code), count)));
    head(text, "sluice_read_model_lag", "gauge", "records of a topic that are still to be read");
    new TreeMap<>(model.lag())
        .forEach(
            (topic, lag) ->
                text.append("sluice_read_model_lag{topic=\"%s\"} %d\n".formatted(topic, lag)));
    return text.toString();
  }

  private void histogram(StringBuilder text) {
    String name = "sluice_change_to_cluster_seconds";
    head(text, name, "histogram", "from when Sluice heard of a change until a cluster held it");
    long total = 0;
    for (int i = 0; i < buckets.length; i++) {
      total += buckets[i];
      String bound = i < BOUNDS.length ? Double.toString(BOUNDS[i]) : "+Inf";
      text.append("%s_bucket{le=\"%s\"} %d\n".formatted(name, bound, total));
    }
    text.append("%s_sum %s\n%s_count %d\n".formatted(name, seconds, name, total));
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type));
  }

  private static String escaped(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
