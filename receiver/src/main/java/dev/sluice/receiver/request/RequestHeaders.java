package dev.sluice.receiver.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Headers of a request, with case-insensitive names. Values are as received, each byte one
 * character (RFC 9110, section 5.5). Never printed, since some are secrets.
 */
public final class RequestHeaders {

  private final List<Map.Entry<String, String>> headers;

  private RequestHeaders(List<Map.Entry<String, String>> headers) {
    this.headers = headers;
  }

  /** Returns headers from pairs of name and value; a name may occur several times. */
  public static RequestHeaders of(Iterable<Map.Entry<String, String>> headers) {
    List<Map.Entry<String, String>> copy = new ArrayList<>();
    headers.forEach(header -> copy.add(Map.entry(header.getKey(), header.getValue())));
    return new RequestHeaders(copy);
  }

  /** Returns whether the header is present. */
  public boolean has(String name) {
    return headers.stream().anyMatch(header -> header.getKey().equalsIgnoreCase(name));
  }

  /**
   * Returns the value of a header that occurs exactly once; a repeated header counts as missing.
   */
  public Optional<String> single(String name) {
    String found = null;
    for (Map.Entry<String, String> header : headers) {
      if (header.getKey().equalsIgnoreCase(name)) {
        if (found != null) {
          return Optional.empty();
        }
        found = header.getValue();
      }
    }
    return Optional.ofNullable(found);
  }
}
