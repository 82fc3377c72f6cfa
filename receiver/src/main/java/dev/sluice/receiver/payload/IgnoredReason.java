package dev.sluice.receiver.payload;

/** Reason why an authentic delivery leads to no event. */
public enum IgnoredReason {
  PING("ping"),
  TEST("a test delivery"),
  /** Kind of event without information about refs, merges or the location of a repository. */
  OTHER_EVENT("not a kind of event that Sluice acts on"),
  /** GitHub's create and delete, which a push event repeats. */
  REPEATS_A_PUSH("a push event reports the same change"),
  MERGE_QUEUE("a merge queue's own branch"),
  NOT_A_MERGE("neither a merge nor a review"),
  /** Azure DevOps names the voter only in the message and the list of reviewers. */
  NO_REVIEWER(
      "the delivery does not say who voted: set 'Messages to send' of the service hook to All"),
  NOT_FOLLOWABLE("neither a branch nor a tag"),
  NO_REF_CHANGED("no ref changed"),
  NOTHING_MOVED("neither the name nor the default branch changed"),
  /** Azure DevOps' "Resource details to send" is not "All". */
  NO_DETAILS(
      "the delivery says neither which repository nor which ref changed: set 'Resource details to"
          + " send' of the service hook to All"),
  NOT_LISTED("the endpoint does not take this repository");

  private final String text;

  IgnoredReason(String text) {
    this.text = text;
  }

  /** Returns the reason in words; it contains no content of the delivery. */
  public String text() {
    return text;
  }
}
