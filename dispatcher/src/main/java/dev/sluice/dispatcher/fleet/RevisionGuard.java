package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.ChangeEvent.DefinitionAccepted;
import dev.sluice.contract.fleet.Definition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Guard against a revision that removes, deselects or adds many applications by mistake: of the
 * fleet, and of each ApplicationSet.
 *
 * @param known the definitions in force
 * @param policies of the sets by name; a set without a document has the default policy
 */
record RevisionGuard(
    RemovalGuard guard, Collection<Definition> known, Map<String, SetPolicy> policies) {

  /**
   * Changes that need an approval.
   *
   * @param reasons empty if there are none
   */
  record Exceeded(
      List<Departure> departures, List<DefinitionAccepted> additions, List<String> reasons) {
    Exceeded {
      departures = List.copyOf(departures);
      additions = List.copyOf(additions);
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * Returns the changes that exceed a limit. If the fleet's is exceeded, no application is taken
   * out; if a set's is, none of that set.
   */
  Exceeded exceeded(List<Departure> taking, List<DefinitionAccepted> adding) {
    List<String> reasons = new ArrayList<>();
    Set<Departure> departures = new HashSet<>();
    if (!guard.allows(taking.size(), known.size())) {
      departures.addAll(taking);
      reasons.add(
          "%d of %d applications would be removed or deselected, more than %s"
              .formatted(taking.size(), known.size(), guard.limit(known.size())));
    } else {
      bySet(taking, departure -> departure.old().generatedBy())
          .forEach(
              (set, ofSet) -> {
                Optional<String> reason = removal(set, ofSet.size());
                reason.ifPresent(reasons::add);
                departures.addAll(reason.isPresent() ? ofSet : List.of());
              });
    }
    List<DefinitionAccepted> additions = new ArrayList<>();
    bySet(adding, accepted -> accepted.definition().generatedBy())
        .forEach(
            (set, ofSet) -> {
              Optional<String> reason = addition(set, ofSet.size());
              reason.ifPresent(reasons::add);
              additions.addAll(reason.isPresent() ? ofSet : List.of());
            });
    return new Exceeded(taking.stream().filter(departures::contains).toList(), additions, reasons);
  }

  private Optional<String> removal(String set, int taken) {
    int ofSet =
        (int) known.stream().filter(one -> one.generatedBy().equals(Optional.of(set))).count();
    Optional<SetPolicy.Limit> limit = policy(set).maxRemoved();
    boolean isAllowed =
        limit.map(one -> one.allows(taken, ofSet)).orElseGet(() -> guard.allows(taken, ofSet));
    return isAllowed
        ? Optional.empty()
        : Optional.of(
            "%d of %d applications of ApplicationSet '%s' would be removed or deselected, more than %s"
                .formatted(
                    taken,
                    ofSet,
                    set,
                    limit.map(one -> "its maxRemoved " + one).orElseGet(() -> guard.limit(ofSet))));
  }

  private Optional<String> addition(String set, int added) {
    return policy(set)
        .maxAdded()
        .filter(limit -> added > limit)
        .map(
            limit ->
                "%d applications would be added by ApplicationSet '%s', more than its maxAdded %d"
                    .formatted(added, set, limit));
  }

  private SetPolicy policy(String set) {
    return policies.getOrDefault(set, SetPolicy.DEFAULT);
  }

  private static <T> Map<String, List<T>> bySet(
      List<T> changes, Function<T, Optional<String>> set) {
    return changes.stream()
        .filter(one -> set.apply(one).isPresent())
        .collect(
            Collectors.groupingBy(
                one -> set.apply(one).orElseThrow(), TreeMap::new, Collectors.toList()));
  }
}
