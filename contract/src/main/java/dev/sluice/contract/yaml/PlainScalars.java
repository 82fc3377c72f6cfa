package dev.sluice.contract.yaml;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Values of scalars without quotes and tag. A conversion throws IllegalArgumentException, with the
 * reason, if it does not accept a scalar.
 */
@FunctionalInterface
public interface PlainScalars {

  /** The reason for which a value is not accepted as key. */
  String NO_KEY = "a key is neither text nor number nor boolean";

  /** Returns the value that a scalar is in a list or a mapping. */
  JsonNode value(String plain);

  /** Returns the name that a scalar is as a key. */
  default String key(String plain) {
    JsonNode value = value(plain);
    if (value.isNull()) {
      throw new IllegalArgumentException(NO_KEY);
    }
    return value.asText();
  }
}
