package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Name of an application, unique in the fleet; a DNS label, since it names Kubernetes objects. */
public record ApplicationName(@JsonValue String value) implements Comparable<ApplicationName> {

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ApplicationName {
    Names.dnsLabel("application name", value);
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
