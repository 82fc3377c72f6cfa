package dev.sluice.worker.adoption;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.Adoption;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.manifest.Ownership;
import java.util.Optional;
import java.util.Set;

/**
 * The rule by which an application takes over objects that exist already; pure.
 *
 * @param policy of the application
 * @param installation of this worker; which application of it owns an object is decided by their
 *     claims
 * @param applied the objects that the application has applied. If another owner took one of them,
 *     that is drift.
 */
public record AdoptionRule(Adoption policy, String installation, Set<ObjectId> applied) {

  public AdoptionRule {
    applied = Set.copyOf(applied);
  }

  /** The decision whether an application may write an object that exists already. */
  public sealed interface Verdict {

    /** It belongs to this installation. */
    record Own() implements Verdict {}

    /**
     * It is taken over.
     *
     * @param from its owner; empty if nobody owns it
     */
    record TakenOver(Optional<ObjectOwner> from) implements Verdict {

      @Override
      public String toString() {
        return from.map(owner -> "taken over from " + owner)
            .orElse("exists already, without an owner: taken over");
      }
    }

    /**
     * It may not be written.
     *
     * @param owner empty if nobody owns it
     */
    record Refused(Optional<ObjectOwner> owner) implements Verdict {

      @Override
      public String toString() {
        return owner
            .map(other -> "is owned by " + other)
            .orElse("exists already, without an owner");
      }
    }
  }

  /**
   * Decides about a live object.
   *
   * @param live the object, or its metadata only
   */
  public Verdict of(ObjectRef ref, JsonNode live) {
    boolean isLabelled =
        live.path("metadata")
            .path("labels")
            .path(Ownership.INSTALLATION_LABEL)
            .asText("")
            .equals(installation);
    if (isLabelled || applied.contains(ref.id())) {
      return new Verdict.Own();
    }
    Optional<ObjectOwner> owner = new OwnerMarks(ref, live, installation).owner();
    boolean isAllowed =
        switch (policy) {
          case NEVER -> false;
          case UNOWNED -> owner.isEmpty();
          case FORCE -> true;
        };
    return isAllowed ? new Verdict.TakenOver(owner) : new Verdict.Refused(owner);
  }

  /** Returns the field managers of the owner that an object is taken over from. */
  public Set<String> formerManagers(ObjectRef ref, JsonNode live) {
    return switch (of(ref, live)) {
      case Verdict.TakenOver(Optional<ObjectOwner> from) ->
          from.map(ObjectOwner::managers).orElse(Set.of());
      case Verdict.Own _, Verdict.Refused _ -> Set.of();
    };
  }
}
