package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * A Kubernetes ServiceAccount in its namespace. Written as {@code NAMESPACE/NAME}; neither part is
 * ever empty, so that nothing is impersonated by accident, or not at all.
 *
 * @param namespace a DNS label
 * @param name a DNS subdomain (RFC 1123), as Kubernetes requires it
 */
public record ServiceAccountName(String namespace, String name) {

  private static final int LONGEST = 253;
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  public ServiceAccountName {
    Names.dnsLabel("namespace of a service account", namespace);
    if (name.length() > LONGEST || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "service account '%s' is not a DNS subdomain: lower-case letters, digits, '-' and '.', at most %d characters"
              .formatted(Names.abbreviated(name), LONGEST));
    }
  }

  /**
   * Parses {@code NAMESPACE/NAME}.
   *
   * @throws IllegalArgumentException if one of the two is missing or invalid
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static ServiceAccountName parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "a service account is written NAMESPACE/NAME, not '%s'"
              .formatted(Names.abbreviated(text)));
    }
    return new ServiceAccountName(text.substring(0, slash), text.substring(slash + 1));
  }

  /** Returns the name of the user that requests of this account have. */
  public String user() {
    return "system:serviceaccount:%s:%s".formatted(namespace, name);
  }

  @Override
  @JsonValue
  public String toString() {
    return namespace + "/" + name;
  }
}
