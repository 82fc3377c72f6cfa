package dev.sluice.standalone.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.cdevents.CdEvents;
import dev.sluice.api.cdevents.SentGenerations;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ResultEvent.Dispatched;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.json.Json;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads events of the API as CDEvents. */
final class CdEventReader {

  /** The number of unknown generations that are remembered; others are asked for again. */
  static final int UNKNOWN = 1_000;

  private static final String NAMESPACE = "dev.cdevents.";

  private final Api api;
  private final SentGenerations sent = new SentGenerations(this::dispatched);

  /**
   * The last generations that the API does not know. It lists events in order, so it never will.
   */
  private final Set<EventId> unknown =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<EventId, Boolean> eldest) {
              return size() > UNKNOWN;
            }
          });

  CdEventReader(Api api) {
    this.api = api;
  }

  /** Returns the CDEvent for an event as the API lists it; empty if there is none. */
  Optional<ObjectNode> read(JsonNode event) {
    Optional<EventType> type = EventType.withSlug(event.path("type").asText());
    if (type.isEmpty()) {
      return Optional.empty();
    }
    if (type.get() == EventType.DISPATCHED) {
      sent.remember((Dispatched) body(event, type.get()));
      return Optional.empty();
    }
    if (!CdEvents.TYPES.contains(type.get().eventClass())) {
      return Optional.empty();
    }
    Event body = body(event, type.get());
    Envelope<Event> envelope =
        new Envelope<>(
            new EventId(event.get("id").asText()),
            event.get("source").asText(),
            Instant.parse(event.get("at").asText()),
            new TraceParent(event.get("trace").asText()),
            body);
    return CdEvents.of(envelope, sent);
  }

  /**
   * Returns whether a CDEvent is of a type.
   *
   * @param event the event that it was translated from
   * @param type that of the event, such as {@code applied}, or of the CDEvent, with or without its
   *     version
   */
  static boolean isOf(String type, JsonNode event, JsonNode translated) {
    String own = translated.at("/context/type").asText();
    return type.equals(event.path("type").asText())
        || type.equals(own)
        || (type.startsWith(NAMESPACE) && own.matches(Pattern.quote(type) + "\\.[0-9.]+"));
  }

  private List<Dispatched> dispatched(Subject subject) {
    if (unknown.contains(subject.target())) {
      return List.of();
    }
    List<Dispatched> found = ask(subject);
    if (found.stream().noneMatch(event -> event.subject().target().equals(subject.target()))) {
      unknown.add(subject.target());
    }
    return found;
  }

  private List<Dispatched> ask(Subject subject) {
    api.renew();
    Api.Query query =
        new Api.Query()
            .with("application", Optional.of(subject.application()))
            .with("cluster", Optional.of(subject.cluster()))
            .with("type", Optional.of(EventType.DISPATCHED.slug()));
    return api.all("/api/v1/events", query, Integer.MAX_VALUE).stream()
        .map(event -> (Dispatched) body(event, EventType.DISPATCHED))
        .toList();
  }

  private static Event body(JsonNode event, EventType type) {
    try {
      return Json.mapper().treeToValue(event.get("body"), type.eventClass());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the API sent a damaged " + type.slug(), e);
    }
  }
}
