package dev.sluice.inputs.remote;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An authentication challenge of a server: a {@code WWW-Authenticate} header (RFC 9110, section
 * 11.6.1). Registries send one header for each scheme that they accept.
 *
 * @param scheme in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {

  private static final Pattern HEADER = Pattern.compile("\\s*([A-Za-z]{1,20})(?:\\s+(.*))?");
  private static final Pattern PARAMETER =
      Pattern.compile("([A-Za-z]{1,20})\\s*=\\s*(?:\"([^\"]{0,4096})\"|([^\\s,\"]{1,4096}))");

  static List<Challenge> of(HttpHeaders headers) {
    return headers.allValues("WWW-Authenticate").stream()
        .map(HEADER::matcher)
        .filter(Matcher::matches)
        .map(
            header ->
                new Challenge(
                    header.group(1).toLowerCase(Locale.ROOT),
                    parameters(header.group(2) == null ? "" : header.group(2))))
        .toList();
  }

  private static Map<String, String> parameters(String text) {
    Map<String, String> parameters = new HashMap<>();
    Matcher matcher = PARAMETER.matcher(text);
    while (matcher.find()) {
      String value = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
      parameters.put(matcher.group(1).toLowerCase(Locale.ROOT), value);
    }
    return parameters;
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name));
  }

  /** Returns the URI at which to request a token for this scope. */
  URI tokenUri(URI realm, String scope) {
    String service = parameter("service").map(one -> "service=" + encoded(one) + "&").orElse("");
    String query = realm.getRawQuery() == null ? "" : realm.getRawQuery() + "&";
    String path = realm.getRawPath().isEmpty() ? "/" : realm.getRawPath();
    return realm.resolve(path + "?" + query + service + "scope=" + encoded(scope));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
