package dev.sluice.contract.event;

/** A change to one object, planned or carried out. */
public record ObjectChange(ObjectRef object, Action action) {

  public enum Action {
    CREATED,
    CONFIGURED,
    UNCHANGED,
    DELETED,
    /** Left in place as an annotation or a policy requires. */
    SKIPPED,
    /** Not deleted because another application claims it. */
    TRANSFERRED
  }
}
