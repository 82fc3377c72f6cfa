package dev.sluice.standalone.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reader of server-sent events. It takes a line at a time from the connection, and no wait for one
 * is longer than its caller allows. A server that sends nothing for a minute, not even a comment,
 * counts as gone.
 */
final class EventReader implements Flow.Subscriber<String>, AutoCloseable {

  private static final String ID = "id: ";
  private static final String DATA = "data: ";

  private static final Duration ENDLESS = Duration.ofDays(36_500);

  /** The API sends a comment every 15 seconds. */
  private static final Duration SILENCE = Duration.ofSeconds(60);

  /** Lines that were received; an empty element is the end of the stream. */
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

  private volatile Flow.@Nullable Subscription subscription;
  private Optional<String> lastId = Optional.empty();
  private boolean ended;

  /** Returns the next event; empty if the stream has ended. */
  Optional<JsonNode> next() {
    return next(Deadline.in(ENDLESS));
  }

  /** Returns the next event; empty if the stream has ended, or if there is none in time. */
  Optional<JsonNode> next(Deadline deadline) {
    for (Optional<String> line = line(deadline); line.isPresent(); line = line(deadline)) {
      if (line.get().startsWith(ID)) {
        lastId = Optional.of(line.get().substring(ID.length()));
      }
      if (line.get().startsWith(DATA)) {
        try {
          return Optional.of(Json.mapper().readTree(line.get().substring(DATA.length())));
        } catch (JsonProcessingException e) {
          ended = true;
        }
      }
    }
    return Optional.empty();
  }

  /** Returns the next line; empty if the stream has ended, or if there is none in time. */
  Optional<String> line(Deadline deadline) {
    if (ended) {
      return Optional.empty();
    }
    Duration patience = Deadline.in(SILENCE).or(deadline).left();
    try {
      Optional<String> line = lines.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
      if (line == null) {
        ended = !deadline.isOver();
        return Optional.empty();
      }
      ended = line.isEmpty();
      Flow.Subscription source = subscription;
      if (source != null) {
        source.request(1);
      }
      return line;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended = true;
      return Optional.empty();
    }
  }

  /** Returns whether no further event can come. */
  boolean hasEnded() {
    return ended;
  }

  /** Returns the id of the last event, from which another stream can continue. */
  Optional<String> lastId() {
    return lastId;
  }

  @Override
  public void onSubscribe(Flow.Subscription source) {
    subscription = source;
    source.request(1);
  }

  @Override
  public void onNext(String line) {
    lines.add(Optional.of(line));
  }

  @Override
  public void onError(Throwable failure) {
    lines.add(Optional.empty());
  }

  @Override
  public void onComplete() {
    lines.add(Optional.empty());
  }

  @Override
  public void close() {
    Flow.Subscription source = subscription;
    if (source != null) {
      source.cancel();
    }
  }
}
