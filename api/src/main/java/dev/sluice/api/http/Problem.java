package dev.sluice.api.http;

import dev.sluice.api.readmodel.KnownSince;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Refusal of a request, sent as application/problem+json (RFC 9457). */
final class Problem extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String title;
  private final transient Optional<KnownSince> knownSince;

  Problem(int status, String title, String detail) {
    this(status, title, detail, Optional.empty());
  }

  private Problem(int status, String title, String detail, Optional<KnownSince> knownSince) {
    super(detail);
    this.status = status;
    this.title = title;
    this.knownSince = knownSince;
  }

  /** Returns the refusal because something is not found, which may have been deleted from Kafka. */
  static Problem notFound(String detail, Optional<KnownSince> beginning) {
    return new Problem(
        404,
        "Not found",
        detail + beginning.map(since -> "; " + since.sentence()).orElse(""),
        beginning);
  }

  static Problem invalid(String detail) {
    return new Problem(400, "Invalid request", detail);
  }

  static Problem notFound(String detail) {
    return new Problem(404, "Not found", detail);
  }

  int status() {
    return status;
  }

  Map<String, Object> body() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", "about:blank");
    body.put("title", title);
    body.put("status", status);
    body.put("detail", String.valueOf(getMessage()));
    knownSince.ifPresent(since -> body.put("knownSince", since));
    return body;
  }
}
