package dev.sluice.worker.api;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A kind in a version of its API, written {@code apiVersion|kind}. Both become parts of request
 * paths, so only what Kubernetes allows there is valid.
 */
public record ApiKind(String apiVersion, String kind) {

  private static final Pattern API_VERSION =
      Pattern.compile("([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern KIND =
      Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?");

  /** Parses a kind; returns empty if the text is not one. */
  public static Optional<ApiKind> parse(String text) {
    int bar = text.indexOf('|');
    if (bar < 0) {
      return Optional.empty();
    }
    ApiKind parsed = new ApiKind(text.substring(0, bar), text.substring(bar + 1));
    return parsed.isValid() ? Optional.of(parsed) : Optional.empty();
  }

  /** Returns whether an API server can serve such a kind. */
  public boolean isValid() {
    return API_VERSION.matcher(apiVersion).matches() && KIND.matcher(kind).matches();
  }

  @Override
  public String toString() {
    return apiVersion + "|" + kind;
  }
}
