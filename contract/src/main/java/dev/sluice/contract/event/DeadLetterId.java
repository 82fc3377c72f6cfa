package dev.sluice.contract.event;

/** Id of the dead letter that a worker opens for one generation of an application in a cluster. */
public record DeadLetterId(String value) {

  /** Returns the id of the entry that a failure of this generation opens. */
  public static DeadLetterId of(Subject subject) {
    return new DeadLetterId(
        "%s/%s/%s".formatted(subject.cluster(), subject.application(), subject.generation()));
  }
}
