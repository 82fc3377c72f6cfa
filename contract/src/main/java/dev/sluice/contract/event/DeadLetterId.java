package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.util.regex.Pattern;

/**
 * Id of a dead letter: {@code CLUSTER/APPLICATION/GENERATION} if the worker parked a generation,
 * {@code CLUSTER/APPLICATION/source} if the dispatcher refuses the sources, and {@code
 * TOPIC/PARTITION/OFFSET} if a record could not be read.
 */
public record DeadLetterId(@JsonValue String value) implements Comparable<DeadLetterId> {

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public DeadLetterId {}

  /** Returns the id of the entry that a failure of this generation opens. */
  public static DeadLetterId of(Subject subject) {
    return of(subject.cluster(), subject.application(), subject.generation());
  }

  /** Returns the id of the entry that a failure of a generation opens. */
  public static DeadLetterId of(
      ClusterName cluster, ApplicationName application, Generation generation) {
    return new DeadLetterId("%s/%s/%s".formatted(cluster, application, generation));
  }

  /** Returns the id of the entry that refused sources of this application open. */
  public static DeadLetterId ofSources(ClusterName cluster, ApplicationName application) {
    return new DeadLetterId("%s/%s/source".formatted(cluster, application));
  }

  /** Returns the id of the entry that a record opens which could not be read. */
  public static DeadLetterId of(OriginalRecord record) {
    return new DeadLetterId(record.position());
  }

  /** Returns whether a failure of this application in this cluster opened the entry. */
  public boolean concerns(ClusterName cluster, ApplicationName application) {
    return value.startsWith("%s/%s/".formatted(cluster, application));
  }

  /** Returns whether a record of the cluster's topic opened the entry, which could not be read. */
  public boolean isRecordFor(ClusterName cluster) {
    return value.matches(".+\\.sync\\.%s/\\d+/\\d+".formatted(Pattern.quote(cluster.value())));
  }

  @Override
  public int compareTo(DeadLetterId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
