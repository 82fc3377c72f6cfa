package dev.sluice.worker.live;

import dev.sluice.contract.name.ApplicationName;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The notifications that a change of {@link LiveObjects} causes. */
final class LiveEffects {

  private final Set<ApplicationName> differing = new HashSet<>();
  private final Set<ApplicationName> health = new HashSet<>();
  private final Set<CompletableFuture<Void>> changes = new HashSet<>();
  private boolean kinds;
  private boolean listAgain;

  /** Notes whether the kinds changed. */
  void kinds(boolean changed) {
    kinds |= changed;
  }

  /** Notes whether objects have to be listed to judge them, or to see them at all. */
  void listAgain(boolean needed) {
    listAgain |= needed;
  }

  /** Notes that objects of an application differ, or no longer do. */
  void differ(LiveApplication application) {
    differing.add(application.name());
  }

  /** Notes that others created or deleted objects with the labels of an application. */
  void differ(ApplicationName application) {
    differing.add(application);
  }

  /** Notes that an application was removed. */
  void removed(LiveApplication application) {
    health.add(application.name());
  }

  /** Notes that the health of an application may have changed, if a generation of it is done. */
  void healthOf(LiveApplication application) {
    changes.add(application.changed());
    if (application.settled().isPresent()) {
      health.add(application.name());
    }
  }

  void tell(LiveListener listener) {
    if (kinds) {
      listener.kindsChanged();
    }
    if (listAgain) {
      listener.listAgain();
    }
    differing.forEach(listener::differ);
    health.forEach(listener::healthChanged);
    changes.forEach(change -> change.complete(null));
  }
}
