package dev.sluice.worker.claims;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.plan.Plan;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * The objects that several applications share, with the declaration that each of them applied last.
 * A declaration is the digest of a manifest without its application. An application may write a
 * shared object only as all others that share it declare it, so whichever of them writes it last,
 * the object is what each of them says.
 *
 * <p>An application counts from its first write of the object until its newest target no longer has
 * it. One that never wrote it, since it declares it differently, does not hinder the others.
 */
public final class SharedObjects {

  /** Also the lock, so that declarations and claims change together. */
  private final ObjectClaims claims;

  private final Map<ObjectId, TreeMap<ApplicationName, String>> applied = new HashMap<>();

  public SharedObjects(ObjectClaims claims) {
    this.claims = claims;
  }

  /** Whether an application may write an object. */
  public sealed interface Agreement {

    /** It may: all that share the object declare it so. */
    record Agreed() implements Agreement {}

    /** This application declares it differently; its next plan wakes the one that asked. */
    record Differs(ApplicationName other) implements Agreement {}

    /**
     * An application that declared it differently has no plan for its newest target.
     *
     * @param change completes when it may have one
     */
    record Undecided(CompletableFuture<Void> change) implements Agreement {}
  }

  /** Takes over the declarations that a ledger shows; those that are being written are unknown. */
  public void load(Ledger ledger) {
    synchronized (claims) {
      ledger.inventory().entries().stream()
          .filter(entry -> !ledger.intent().contains(entry.ref()))
          .forEach(entry -> set(entry.ref().id(), ledger.application(), entry.declaration()));
    }
  }

  /** Records the declarations of a plan that are applied already. */
  public void unchanged(Plan.Ready plan, ApplicationName application) {
    synchronized (claims) {
      Map<ObjectId, String> declarations = plan.declarations();
      plan.unchanged()
          .forEach(
              ref -> set(ref.id(), application, Optional.ofNullable(declarations.get(ref.id()))));
    }
  }

  /**
   * Decides whether an application may write an object, and records its declaration if so.
   *
   * @param declaration empty if it does not share the object
   */
  public Agreement agree(
      ObjectId object, ApplicationName application, Optional<String> declaration) {
    synchronized (claims) {
      for (Map.Entry<ApplicationName, String> other : sharing(object).entrySet()) {
        boolean agrees =
            other.getKey().equals(application)
                || declaration.equals(Optional.of(other.getValue()))
                || (declaration.isPresent()
                    && declaration.equals(claims.declaration(other.getKey(), object)));
        if (!agrees) {
          claims.await(application, Set.of(other.getKey()));
          return claims.ownerClaim(object, other.getKey()) == ObjectClaims.OwnerClaim.UNKNOWN
              ? new Agreement.Undecided(claims.changeOf(other.getKey()))
              : new Agreement.Differs(other.getKey());
        }
      }
      set(object, application, declaration);
      return new Agreement.Agreed();
    }
  }

  /** Returns the declaration that an application applied last; empty if it does not share it. */
  public Optional<String> applied(ObjectId object, ApplicationName application) {
    synchronized (claims) {
      return Optional.ofNullable(applied.getOrDefault(object, new TreeMap<>()).get(application));
    }
  }

  /** Records the declaration that an application applied last; empty if it does not share it. */
  public void set(ObjectId object, ApplicationName application, Optional<String> declaration) {
    synchronized (claims) {
      if (declaration.isPresent()) {
        applied.computeIfAbsent(object, _ -> new TreeMap<>()).put(application, declaration.get());
      } else {
        applied.computeIfPresent(
            object,
            (_, all) -> {
              all.remove(application);
              return all.isEmpty() ? null : all;
            });
      }
    }
  }

  /** Returns an application that still shares an object which another one leaves. */
  public Optional<ApplicationName> heir(ObjectId object, ApplicationName leaving) {
    synchronized (claims) {
      return sharing(object).keySet().stream().filter(other -> !other.equals(leaving)).findFirst();
    }
  }

  /** Forgets the applications that no longer have an object, and returns the others. */
  private SortedMap<ApplicationName, String> sharing(ObjectId object) {
    TreeMap<ApplicationName, String> all =
        applied.computeIfPresent(
            object,
            (_, known) -> {
              known.keySet().removeIf(application -> !claims.has(application, object));
              return known.isEmpty() ? null : known;
            });
    return all == null ? new TreeMap<>() : all;
  }
}
