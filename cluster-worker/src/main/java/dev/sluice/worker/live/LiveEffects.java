package dev.sluice.worker.live;

import dev.sluice.contract.name.ApplicationName;
import java.util.HashSet;
import java.util.Set;

/** What the listener of {@link LiveObjects} has to be told after a change. */
final class LiveEffects {

  private final Set<ApplicationName> differing = new HashSet<>();
  private final Set<ApplicationName> health = new HashSet<>();
  private boolean kinds;
  private boolean rules;

  /** Notes whether the kinds changed. */
  void kinds(boolean changed) {
    kinds |= changed;
  }

  /** Notes whether the rules for the health of objects changed. */
  void rules(boolean changed) {
    rules |= changed;
  }

  /** Notes that objects of an application differ, or no longer do. */
  void differ(LiveApplication application) {
    differing.add(application.name());
  }

  /** Notes that the health of an application may have changed, if a generation of it is done. */
  void healthOf(LiveApplication application) {
    if (application.settled().isPresent()) {
      health.add(application.name());
    }
  }

  void tell(LiveListener listener) {
    if (kinds) {
      listener.kindsChanged();
    }
    if (rules) {
      listener.rulesChanged();
    }
    differing.forEach(listener::differ);
    health.forEach(listener::healthChanged);
  }
}
