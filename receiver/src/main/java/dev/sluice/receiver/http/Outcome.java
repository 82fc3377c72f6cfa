package dev.sluice.receiver.http;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.receiver.payload.IgnoredReason;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/** Outcome of a request, with its HTTP response. */
sealed interface Outcome {

  int status();

  JsonObject body();

  default Map<String, String> headers() {
    return Map.of();
  }

  /** The broker acknowledged all events of the delivery. */
  record Accepted(List<Envelope<ChangeEvent>> events) implements Outcome {
    List<String> ids() {
      return events.stream().map(event -> event.id().value()).toList();
    }

    @Override
    public int status() {
      return 202;
    }

    @Override
    public JsonObject body() {
      return new JsonObject().put("events", new JsonArray(ids()));
    }
  }

  /** The events were acknowledged when the delivery first arrived. */
  record Redelivered(List<String> ids) implements Outcome {
    @Override
    public int status() {
      return 202;
    }

    @Override
    public JsonObject body() {
      return new JsonObject().put("events", new JsonArray(ids)).put("redelivery", true);
    }
  }

  /** Authentic, but without effect; answered with success, since forges disable hooks that fail. */
  record Ignored(IgnoredReason reason) implements Outcome {
    @Override
    public int status() {
      return 200;
    }

    @Override
    public JsonObject body() {
      return new JsonObject().put("ignored", reason.text());
    }
  }

  /** Refused for a reason that needs no detail. */
  enum Refused implements Outcome {
    QUERY(400, "a query is not allowed"),
    UNAUTHENTICATED(401, "unauthenticated"),
    NETWORK(403, "not allowed from this address"),
    UNKNOWN(404, "not found"),
    METHOD(405, "only POST is allowed"),
    TOO_SLOW(408, "the request took too long"),
    TOO_LARGE(413, "the body is too large"),
    ENCODED(415, "a body must not be compressed"),
    TOO_MANY_REFUSALS(429, "too many refused requests from this address"),
    /** The sender is gone; the status is nginx's, for the log. */
    CUT_OFF(499, "the connection broke before the body was complete"),
    /** Internal error; the log has the cause. */
    FAILED(500, "internal error");

    private final int status;
    private final String error;

    Refused(int status, String error) {
      this.status = status;
      this.error = error;
    }

    @Override
    public int status() {
      return status;
    }

    String error() {
      return error;
    }

    @Override
    public JsonObject body() {
      return new JsonObject().put("error", error);
    }

    @Override
    public Map<String, String> headers() {
      return switch (this) {
        case METHOD -> Map.of("Allow", "POST");
        case TOO_MANY_REFUSALS -> Map.of("Retry-After", "1");
        default -> Map.of();
      };
    }
  }

  /** Authentic but malformed. */
  record Malformed(String reason) implements Outcome {
    @Override
    public int status() {
      return 400;
    }

    @Override
    public JsonObject body() {
      return new JsonObject().put("error", reason);
    }
  }

  /** Temporarily unavailable: the forge, or a person, has to deliver again. */
  record Unavailable(String reason) implements Outcome {
    @Override
    public int status() {
      return 503;
    }

    @Override
    public JsonObject body() {
      return new JsonObject().put("error", "cannot accept now, deliver again");
    }

    @Override
    public Map<String, String> headers() {
      return Map.of("Retry-After", "10");
    }
  }
}
