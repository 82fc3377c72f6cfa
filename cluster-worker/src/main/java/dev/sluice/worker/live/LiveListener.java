package dev.sluice.worker.live;

import dev.sluice.contract.name.ApplicationName;

/**
 * Receives what {@link LiveObjects} saw. Called by any thread, without any lock. Must not block.
 */
public interface LiveListener {

  /** Called when objects of an application differ from what its done generation left, or may. */
  void differ(ApplicationName application);

  /** Called when the health of an application's objects may have changed. */
  void healthChanged(ApplicationName application);

  /** Called when the kinds of all objects changed. */
  void kindsChanged();

  /** Called when objects have to be listed again, to judge them by other rules or to see them. */
  void listAgain();
}
