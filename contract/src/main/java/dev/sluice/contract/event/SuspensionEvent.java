package dev.sluice.contract.event;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;

/**
 * Tells a cluster's worker whether an application is suspended there: while it is, drift is shown
 * but not healed. Topic {@code sync.<cluster>}, compacted; the latest record is in force.
 *
 * @param suspended false ends the suspension
 * @param by who gave the command
 * @param reason why, as they said
 */
public record SuspensionEvent(
    ApplicationName application, ClusterName cluster, boolean suspended, String by, String reason)
    implements Event {

  /** The prefix of the keys, which no application's name has. */
  public static final String KEY_PREFIX = "~suspension/";

  @Override
  public String key() {
    return KEY_PREFIX + application;
  }
}
