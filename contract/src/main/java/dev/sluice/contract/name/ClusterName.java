package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Name of a cluster, unique in the fleet; a DNS label, because names of Kafka topics are made from
 * it.
 */
public record ClusterName(@JsonValue String value) implements Comparable<ClusterName> {

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ClusterName {
    Names.dnsLabel("cluster name", value);
  }

  @Override
  public int compareTo(ClusterName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
