package dev.sluice.worker.api;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The modes in which objects of each kind are written, learned from refusals: an API that does not
 * know a media type answers 415, and one that has no such operation 405. Only aggregated APIs may
 * lack server-side apply; such an answer about another kind is one of a proxy or of an admission
 * webhook. Server-side apply is tried first; what was learned is valid for an hour, since an API
 * may be upgraded. Thread-safe.
 */
public final class WriteModes {

  private static final Duration HOLD = Duration.ofHours(1);

  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UNSUPPORTED_MEDIA_TYPE = 415;

  private static final Logger log = LoggerFactory.getLogger(WriteModes.class);

  private final Aggregation aggregation;
  private final Map<ApiKind, Learned> learned = new ConcurrentHashMap<>();

  private record Learned(WriteMode mode, long at) {}

  /** Which APIs are served by a server behind the API server. */
  interface Aggregation {

    /** Returns whether an API version is; false if that cannot be found out. */
    boolean serves(String apiVersion) throws InterruptedException;
  }

  WriteModes(Aggregation aggregation) {
    this.aggregation = aggregation;
  }

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
  public boolean learn(ApiKind kind, WriteMode tried, ApiException refusal)
      throws InterruptedException {
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
    if (next.isEmpty() || !aggregation.serves(kind.apiVersion())) {
      return false;
    }
    learned.put(kind, new Learned(next.get(), System.nanoTime()));
    log.atInfo()
        .addKeyValue("apiVersion", kind.apiVersion())
        .addKeyValue("kind", kind.kind())
        .log("the API answers {} to {}: writes by {}", refusal.status(), tried, next.get());
    return true;
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
