package dev.sluice.receiver.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The headers of a request, names in any case. Values are as they came, each byte one character
 * (RFC 9110, section 5.5). Never printed: some are secrets.
 */
public final class RequestHeaders {

  private final List<Map.Entry<String, String>> headers;

  private RequestHeaders(List<Map.Entry<String, String>> headers) {
    this.headers = headers;
  }

  /** Headers from name and value pairs; a name may come several times. */
  public static RequestHeaders of(Iterable<Map.Entry<String, String>> headers) {
    List<Map.Entry<String, String>> copy = new ArrayList<>();
    headers.forEach(header -> copy.add(Map.entry(header.getKey(), header.getValue())));
    return new RequestHeaders(copy);
  }

  /** Whether the header came at all. */
  public boolean has(String name) {
    return headers.stream().anyMatch(header -> header.getKey().equalsIgnoreCase(name));
  }

  /** The value of a header that came exactly once; a doubled header counts as none. */
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
