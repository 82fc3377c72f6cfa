package dev.sluice.contract.event;

/**
 * The name of the dead letter that a worker opens for an application in a cluster at a generation.
 */
public record DeadLetterId(String value) {

  /** Returns the name of the entry that this generation of the application opens. */
  public static DeadLetterId of(Subject subject) {
    return new DeadLetterId(
        "%s/%s/%s".formatted(subject.cluster(), subject.application(), subject.generation()));
  }
}
