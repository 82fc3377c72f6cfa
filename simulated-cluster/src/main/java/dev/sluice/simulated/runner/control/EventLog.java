package dev.sluice.simulated.runner.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.ApiClient;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Writer of Events. One that repeats is counted in the Event of the first time. */
final class EventLog {
  private static final int REMEMBERED = 4096;

  private final ApiClient api;
  private final Clock clock;
  private final String node;
  private final Map<Key, ObjectNode> written =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, ObjectNode> eldest) {
          return size() > REMEMBERED;
        }
      };
  private long number;

  EventLog(ApiClient api, Clock clock, String node) {
    this.api = api;
    this.clock = clock;
    this.node = node;
  }

  private record Key(String uid, String field, String reason, String message) {}

  /** Writes an event; a failure loses it, as events are best effort. */
  void write(Note note) {
    Key key = new Key(Metadata.of(note.about()).uid(), note.field(), note.reason(), note.message());
    String agent = note.component();
    ObjectNode known = written.get(key);
    if (known != null) {
      ObjectNode repeated = known.deepCopy();
      repeated.put("count", known.path("count").asInt() + 1).put("lastTimestamp", now());
      api.replace(Kind.EVENT, repeated, agent).onSuccess(event -> written.put(key, event));
    } else {
      api.create(Kind.EVENT, event(note), agent).onSuccess(event -> written.put(key, event));
    }
  }

  private ObjectNode event(Note note) {
    Metadata about = Metadata.of(note.about());
    ObjectNode event = Kind.EVENT.blank(about.namespace());
    Instant now = clock.instant();
    long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    event
        .withObject("/metadata")
        .put("name", about.name() + "." + Long.toHexString(nanos + number++ % 1000));
    ObjectNode reference = event.putObject("involvedObject");
    reference
        .put("apiVersion", note.about().path("apiVersion").asText())
        .put("kind", note.about().path("kind").asText())
        .put("namespace", about.namespace())
        .put("name", about.name())
        .put("uid", about.uid())
        .put("resourceVersion", Long.toString(about.version()));
    if (!note.field().isEmpty()) {
      reference.put("fieldPath", note.field());
    }
    String type = note.type().name();
    event
        .put("reason", note.reason())
        .put("message", note.message())
        .put("type", type.charAt(0) + type.substring(1).toLowerCase(Locale.ROOT))
        .put("count", 1)
        .put("firstTimestamp", now())
        .put("lastTimestamp", now())
        .put("reportingComponent", note.component());
    ObjectNode source = event.putObject("source").put("component", note.component());
    boolean kubelet = note.component().equals("kubelet");
    event.put("reportingInstance", kubelet ? node : "");
    if (kubelet) {
      source.put("host", node);
    }
    return event;
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
