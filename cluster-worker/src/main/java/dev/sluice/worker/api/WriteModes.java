package dev.sluice.worker.api;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The modes in which objects of each kind are written, learned from refusals: an API that does not
 * know a media type answers 415, and one that has no such operation 405. Server-side apply is tried
 * first; what was learned is valid for an hour, since an API may be upgraded. Thread-safe.
 */
public final class WriteModes {

  private static final Duration HOLD = Duration.ofHours(1);

  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UNSUPPORTED_MEDIA_TYPE = 415;

  private static final Logger log = LoggerFactory.getLogger(WriteModes.class);

  private final Map<ApiKind, Learned> learned = new ConcurrentHashMap<>();

  private record Learned(WriteMode mode, long at) {}

  /** Returns the mode in which objects of a kind are written. */
  public WriteMode of(ApiKind kind) {
    return Optional.ofNullable(learned.get(kind))
        .filter(known -> System.nanoTime() - known.at() < HOLD.toNanos())
        .map(Learned::mode)
        .orElse(WriteMode.APPLY);
  }

  /**
   * Learns from a refused request that writes an object; returns whether the request is to be
   * repeated in another mode.
   *
   * @param tried the mode of the request
   */
  public boolean learn(ApiKind kind, WriteMode tried, ApiException refusal) {
    if (of(kind).compareTo(tried) > 0) {
      return true; // another request has learned it meanwhile
    }
    Optional<WriteMode> next =
        switch (refusal.code()) {
          case UNSUPPORTED_MEDIA_TYPE -> afterUnsupportedMediaType(tried);
          case METHOD_NOT_ALLOWED ->
              tried == WriteMode.REPLACE ? Optional.empty() : Optional.of(WriteMode.REPLACE);
          default -> Optional.empty();
        };
    next.ifPresent(
        mode -> {
          learned.put(kind, new Learned(mode, System.nanoTime()));
          log.atInfo()
              .addKeyValue("apiVersion", kind.apiVersion())
              .addKeyValue("kind", kind.kind())
              .log("the API answers {} to {}: writes by {}", refusal.status(), tried, mode);
        });
    return next.isPresent();
  }

  private static Optional<WriteMode> afterUnsupportedMediaType(WriteMode tried) {
    return switch (tried) {
      case APPLY -> Optional.of(WriteMode.MERGE_PATCH);
      case MERGE_PATCH -> Optional.of(WriteMode.REPLACE);
      case REPLACE -> Optional.empty();
    };
  }

  /** Forgets what was learned of a version, whose API may have changed. */
  void forget(String apiVersion) {
    learned.keySet().removeIf(kind -> kind.apiVersion().equals(apiVersion));
  }
}
