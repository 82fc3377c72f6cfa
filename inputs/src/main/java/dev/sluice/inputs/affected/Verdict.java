package dev.sluice.inputs.affected;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.util.List;
import java.util.Optional;

/**
 * What a change does to one application in one cluster.
 *
 * @param paths of the inputs that were added, changed or removed, sorted; empty if the inputs are
 *     refused on one side
 * @param failure why the inputs are refused after the change
 * @param failureBefore why they were refused before it
 * @param warnings what should better not be in the inputs after the change
 */
public record Verdict(
    ApplicationName application,
    ClusterName cluster,
    Effect effect,
    List<String> paths,
    Optional<Failure> failure,
    Optional<Failure> failureBefore,
    List<String> warnings) {

  public Verdict {
    paths = List.copyOf(paths);
    warnings = List.copyOf(warnings);
  }

  /** In one word. */
  public enum Effect {
    /** Its inputs differ: a target would be sent. */
    AFFECTED,
    /** Its inputs are the same: nothing would be sent. */
    UNAFFECTED,
    /** Its inputs cannot be rendered: a dead letter would be opened, and what runs would stay. */
    REFUSED
  }
}
