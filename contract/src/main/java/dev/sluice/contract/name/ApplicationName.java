package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/**
 * Name of an application, unique in the fleet; a DNS label, because names of Kubernetes objects are
 * made from it.
 */
public record ApplicationName(@JsonValue String value) implements Comparable<ApplicationName> {

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ApplicationName {
    Names.dnsLabel("application name", value);
  }

  /** Returns the name, or empty if the text is not a valid one. */
  public static Optional<ApplicationName> parse(String text) {
    return Names.isDnsLabel(text) ? Optional.of(new ApplicationName(text)) : Optional.empty();
  }

  @Override
  public int compareTo(ApplicationName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
