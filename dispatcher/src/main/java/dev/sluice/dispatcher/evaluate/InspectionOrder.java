package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.name.ApplicationName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Order of the inspections of an evaluation: dependencies come before the applications that depend
 * on them. Otherwise the given order stays.
 */
final class InspectionOrder {

  private final Map<ApplicationName, Inspection> left = new LinkedHashMap<>();
  private final List<Inspection> ordered = new ArrayList<>();

  private InspectionOrder(List<Inspection> inspections) {
    inspections.forEach(one -> left.put(one.state().application(), one));
  }

  /** Returns the inspections with dependencies first. */
  static List<Inspection> of(List<Inspection> inspections) {
    InspectionOrder order = new InspectionOrder(inspections);
    inspections.forEach(order::add);
    return order.ordered;
  }

  /**
   * Returns the names of large applications, and of those that depend on them within the list,
   * which must not overtake them.
   */
  static Set<ApplicationName> notBefore(List<Inspection> ordered) {
    Set<ApplicationName> names = new HashSet<>();
    for (Inspection one : ordered) {
      if (one.largest() > 0
          || one.definition().dependencies().stream()
              .map(Dependency::application)
              .anyMatch(names::contains)) {
        names.add(one.state().application());
      }
    }
    return names;
  }

  /** Adds what is left of the dependencies, and then the inspection; without recursion. */
  private void add(Inspection first) {
    List<Inspection> path = new ArrayList<>(List.of(first));
    Set<ApplicationName> entered = new HashSet<>();
    while (!path.isEmpty()) {
      Inspection next = path.getLast();
      entered.add(next.state().application());
      next.definition().dependencies().stream()
          .map(Dependency::application)
          .filter(name -> left.containsKey(name) && !entered.contains(name))
          .findFirst()
          .ifPresentOrElse(
              name -> path.add(left.get(name)),
              () -> {
                path.removeLast();
                if (left.remove(next.state().application()) != null) {
                  ordered.add(next);
                }
              });
    }
  }
}
