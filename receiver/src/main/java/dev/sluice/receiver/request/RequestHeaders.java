package dev.sluice.receiver.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The headers of a request, names in any case. Values are as they came, each byte one character
 * (RFC 9110, section 5.5). Never printed: some are secrets.
 */
public final class RequestHeaders {

  private final Map<String, List<String>> values;

  private RequestHeaders(Map<String, List<String>> values) {
    this.values = values;
  }

  /** Headers from name and value pairs; a name may come several times. */
  public static RequestHeaders of(Iterable<Map.Entry<String, String>> headers) {
    Map<String, List<String>> values = new TreeMap<>();
    for (Map.Entry<String, String> header : headers) {
      values
          .computeIfAbsent(header.getKey().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
          .add(header.getValue());
    }
    return new RequestHeaders(values);
  }

  /** Whether the header came at all. */
  public boolean has(String name) {
    return values.containsKey(name.toLowerCase(Locale.ROOT));
  }

  /** The value of a header that came exactly once; a doubled header counts as none. */
  public Optional<String> single(String name) {
    List<String> all = values.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
  }
}
