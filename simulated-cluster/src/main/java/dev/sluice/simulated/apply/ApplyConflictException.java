package dev.sluice.simulated.apply;

import java.util.List;
import java.util.stream.Collectors;

/** Thrown by an apply without force that would change fields of other managers. */
public final class ApplyConflictException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Conflict> conflicts;

  /** Field that another manager owns with a different value. */
  public record Conflict(String owner, String field) {}

  ApplyConflictException(List<Conflict> conflicts) {
    super(describe(conflicts));
    this.conflicts = List.copyOf(conflicts);
  }

  public List<Conflict> conflicts() {
    return conflicts;
  }

  private static String describe(List<Conflict> conflicts) {
    if (conflicts.size() == 1) {
      Conflict only = conflicts.getFirst();
      return "Apply failed with 1 conflict: conflict with " + only.owner() + ": " + only.field();
    }
    return "Apply failed with "
        + conflicts.size()
        + " conflicts: "
        + conflicts.stream()
            .map(Conflict::owner)
            .distinct()
            .map(
                owner ->
                    "conflicts with "
                        + owner
                        + ":\n"
                        + conflicts.stream()
                            .filter(c -> c.owner().equals(owner))
                            .map(c -> "- " + c.field())
                            .collect(Collectors.joining("\n")))
            .collect(Collectors.joining("\n"));
  }
}
