package dev.sluice.worker.protect;

import dev.sluice.contract.fleet.WriteProtection;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ServiceAccountName;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The protection that the applications of a cluster ask for.
 *
 * @param applications that are protected, each with who else may write its objects
 * @param accounts that any application is applied as. They may write the objects of all protected
 *     applications, since an object may move from one application to another.
 */
record Wanted(
    SortedMap<ApplicationName, WriteProtection> applications,
    SortedSet<ServiceAccountName> accounts) {

  Wanted {
    applications = Collections.unmodifiableSortedMap(new TreeMap<>(applications));
    accounts = Collections.unmodifiableSortedSet(sorted(accounts));
  }

  static Wanted of(
      Map<ApplicationName, WriteProtection> applications, Set<ServiceAccountName> accounts) {
    return new Wanted(new TreeMap<>(applications), sorted(accounts));
  }

  private static SortedSet<ServiceAccountName> sorted(Set<ServiceAccountName> accounts) {
    SortedSet<ServiceAccountName> sorted =
        new TreeSet<>(Comparator.comparing(ServiceAccountName::toString));
    sorted.addAll(accounts);
    return sorted;
  }

  boolean isEmpty() {
    return applications.isEmpty();
  }
}
