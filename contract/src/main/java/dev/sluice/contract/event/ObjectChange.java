package dev.sluice.contract.event;

/** What was done, or will be, to one object. */
public record ObjectChange(ObjectRef object, Action action) {

  public enum Action {
    CREATED,
    CONFIGURED,
    UNCHANGED,
    DELETED,
    /** Left in place because an annotation or a policy says so. */
    SKIPPED,
    /** Another application claims it now. */
    TRANSFERRED
  }
}
