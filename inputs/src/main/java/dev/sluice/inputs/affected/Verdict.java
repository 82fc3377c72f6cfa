package dev.sluice.inputs.affected;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.util.List;
import java.util.Optional;

/**
 * The effect of a change on one application in one cluster.
 *
 * @param definition whether the application's definition differs
 * @param paths of the inputs that were added, changed or removed, sorted; empty if the inputs are
 *     refused on one side, and for an application that is added or removed
 * @param failure why the inputs are refused after the change
 * @param failureBefore why the inputs were refused before it
 * @param warnings problems with the inputs after the change that do not prevent rendering
 */
public record Verdict(
    ApplicationName application,
    ClusterName cluster,
    Effect effect,
    boolean definition,
    List<String> paths,
    Optional<Failure> failure,
    Optional<Failure> failureBefore,
    List<String> warnings) {

  public Verdict {
    paths = List.copyOf(paths);
    warnings = List.copyOf(warnings);
  }

  /** Returns the verdict for an application that the older commit may have had as well. */
  public Verdict ofUnknownBefore() {
    return effect == Effect.ADDED
        ? new Verdict(
            application,
            cluster,
            Effect.UNKNOWN,
            definition,
            paths,
            failure,
            failureBefore,
            warnings)
        : this;
  }

  /** The kinds of effects. */
  public enum Effect {
    /** The application is new in the cluster: a target would be sent. */
    ADDED,
    /** The application leaves the cluster: its removal would be sent, unless the guard holds it. */
    REMOVED,
    /** The inputs or the definition differ: a target would be sent. */
    AFFECTED,
    /**
     * The application is in the cluster after the change. Before it, the set or include that
     * defines it could not be read: it may be new, changed or the same.
     */
    UNKNOWN,
    /** The inputs are the same: nothing would be sent. */
    UNAFFECTED,
    /**
     * The inputs cannot be rendered: a dead letter would be opened, and the running objects would
     * stay unchanged.
     */
    REFUSED
  }
}
