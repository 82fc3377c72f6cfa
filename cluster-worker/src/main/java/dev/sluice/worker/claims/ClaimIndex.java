package dev.sluice.worker.claims;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ObjectId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The applications that claim an object, by its kind, namespace and name in any API group. Without
 * it, each object that is applied would be looked up in the claims of each application. Not
 * thread-safe: {@link ObjectClaims} guards it.
 */
final class ClaimIndex {

  private final Map<ApplicationClaims.Name, Set<ApplicationName>> byName = new HashMap<>();

  /** Replaces the claims of an application. */
  @SuppressWarnings("ReferenceEquality") // the same map: then only what decides about it differs
  void replace(ApplicationName application, ApplicationClaims before, ApplicationClaims after) {
    if (before.objects() == after.objects()) {
      return;
    }
    Set<ApplicationClaims.Name> old = before.objects().keySet();
    Set<ApplicationClaims.Name> now = after.objects().keySet();
    for (ApplicationClaims.Name name : old) {
      if (!now.contains(name)) {
        byName.computeIfPresent(name, (_, claiming) -> without(claiming, application));
      }
    }
    for (ApplicationClaims.Name name : now) {
      byName.merge(name, Set.of(application), ClaimIndex::union);
    }
  }

  /** Returns the applications that claim an object of this kind, namespace and name. */
  Set<ApplicationName> claiming(ObjectId object) {
    return byName.getOrDefault(ApplicationClaims.Name.of(object), Set.of());
  }

  /** Returns both; nearly always the same single application, so the sets are immutable. */
  private static Set<ApplicationName> union(Set<ApplicationName> some, Set<ApplicationName> more) {
    if (some.containsAll(more)) {
      return some;
    }
    Set<ApplicationName> union = new TreeSet<>(some);
    union.addAll(more);
    return Set.copyOf(union);
  }

  private static Set<ApplicationName> without(
      Set<ApplicationName> claiming, ApplicationName application) {
    Set<ApplicationName> others = new TreeSet<>(claiming);
    others.remove(application);
    return others.isEmpty() ? null : Set.copyOf(others);
  }
}
