package dev.sluice.inputs.remote;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Conditional requests (RFC 9110, section 13), to which a server answers 304 if nothing changed.
 */
final class Validators {

  /** An entity tag that is not too long. */
  private static final Pattern TAG = Pattern.compile("(?:W/)?\"[\\x21\\x23-\\x7e]{0,1000}\"");

  /** A file that was changed shortly before may change again in the same second. */
  private static final Duration SETTLED = Duration.ofMinutes(1);

  private Validators() {}

  /**
   * Returns the headers of a request for what has changed since a response; empty if the response
   * does not make this possible.
   */
  static Map<String, String> of(HttpHeaders response) {
    Optional<String> tag = response.firstValue("ETag").filter(one -> TAG.matcher(one).matches());
    if (tag.isPresent()) {
      return Map.of("If-None-Match", tag.get());
    }
    Optional<String> changed = response.firstValue("Last-Modified");
    Optional<Instant> at = changed.flatMap(Validators::time);
    Optional<Instant> now = response.firstValue("Date").flatMap(Validators::time);
    return at.isPresent() && now.isPresent() && now.get().isAfter(at.get().plus(SETTLED))
        ? Map.of("If-Modified-Since", changed.get())
        : Map.of();
  }

  private static Optional<Instant> time(String header) {
    try {
      return Optional.of(
          ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
