package dev.sluice.contract.name;

import java.util.regex.Pattern;

/** Syntax checks shared by the name types. */
final class Names {

  private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  private Names() {}

  /**
   * Returns {@code value} if it is a DNS label (RFC 1123, as Kubernetes names are), else throws.
   *
   * @throws IllegalArgumentException with {@code what} and the rule
   */
  static String dnsLabel(String what, String value) {
    if (!isDnsLabel(value)) {
      throw new IllegalArgumentException(
          "%s '%s' is not a DNS label: lower-case letters, digits and '-', at most 63, no '-' at either end"
              .formatted(what, abbreviated(value)));
    }
    return value;
  }

  static boolean isDnsLabel(String value) {
    return DNS_LABEL.matcher(value).matches();
  }

  static String abbreviated(String value) {
    return value.length() <= 80 ? value : value.substring(0, 80) + "...";
  }
}
