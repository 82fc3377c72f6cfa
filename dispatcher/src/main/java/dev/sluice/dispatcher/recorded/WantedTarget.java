package dev.sluice.dispatcher.recorded;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.time.Instant;
import java.util.Optional;

/**
 * A target to be read.
 *
 * @param sentAt when it was sent; if this is unknown, the topic is read from its beginning
 * @param inputDigest a target with these inputs will do as well, whatever its generation is; empty
 *     if only this generation will
 */
public record WantedTarget(
    ClusterName cluster,
    ApplicationName application,
    Generation generation,
    Optional<Instant> sentAt,
    Optional<String> inputDigest) {

  /** Returns the target in words. */
  String words() {
    return "generation %s of %s in %s".formatted(generation, application, cluster);
  }

  /** Returns whether an event is the wanted one. */
  boolean is(SyncEvent event) {
    return isAbout(event)
        && event.generation().equals(generation)
        && (inputDigest.isEmpty() || hasInputs(event));
  }

  /** Returns whether an event has the wanted inputs. */
  boolean hasInputs(SyncEvent event) {
    return isAbout(event)
        && event instanceof SyncEvent.Target target
        && inputDigest.equals(Optional.of(target.inputDigest()));
  }

  private boolean isAbout(SyncEvent event) {
    return event.cluster().equals(cluster) && event.application().equals(application);
  }
}
