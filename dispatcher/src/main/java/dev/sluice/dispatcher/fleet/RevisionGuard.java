package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.ChangeEvent.DefinitionAccepted;
import dev.sluice.contract.fleet.Definition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Guard against a revision that removes, deselects or adds many applications by mistake: of the
 * fleet, of each ApplicationSet and of each FleetInclude.
 *
 * @param known the definitions in force
 * @param sets the sets and includes with their policies; one without a document has the default
 *     policy
 */
record RevisionGuard(RemovalGuard guard, Collection<Definition> known, GeneratedSets sets) {

  /** An ApplicationSet or a FleetInclude, whose applications are counted. */
  record Group(String kind, String name) {
    static Group set(String name) {
      return new Group("ApplicationSet", name);
    }

    static Group include(String name) {
      return new Group("FleetInclude", name);
    }

    @Override
    public String toString() {
      return "%s '%s'".formatted(kind, name);
    }
  }

  /** Returns what a definition is counted in: its set first, then its include. */
  static List<Group> groups(Definition definition) {
    return Stream.concat(
            definition.generatedBy().map(Group::set).stream(),
            definition.includedBy().map(Group::include).stream())
        .toList();
  }

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
   * Returns the changes that exceed a limit. If a set's or an include's is exceeded, no application
   * of it is taken out. If the others exceed the fleet's limit, none at all is: a held removal of
   * one team does not hold those of others.
   */
  Exceeded exceeded(List<Departure> taking, List<DefinitionAccepted> adding) {
    List<String> reasons = new ArrayList<>();
    Set<Departure> departures = new HashSet<>();
    byGroup(taking, Departure::old)
        .forEach(
            (group, ofGroup) -> {
              Optional<String> reason = removal(group, ofGroup.size());
              reason.ifPresent(reasons::add);
              departures.addAll(reason.isPresent() ? ofGroup : List.of());
            });
    int others = taking.size() - departures.size();
    if (!guard.allows(others, known.size())) {
      departures.addAll(taking);
      reasons.add(
          "%d of %d applications would be removed or deselected, more than %s"
              .formatted(others, known.size(), guard.limit(known.size())));
    }
    Set<DefinitionAccepted> additions = new LinkedHashSet<>();
    byGroup(adding, DefinitionAccepted::definition)
        .forEach(
            (group, ofGroup) -> {
              Optional<String> reason = addition(group, ofGroup.size());
              reason.ifPresent(reasons::add);
              additions.addAll(reason.isPresent() ? ofGroup : List.of());
            });
    return new Exceeded(
        taking.stream().filter(departures::contains).toList(), List.copyOf(additions), reasons);
  }

  private Optional<String> removal(Group group, int taken) {
    int ofGroup = (int) known.stream().filter(one -> groups(one).contains(group)).count();
    Optional<SetPolicy.Limit> limit = policy(group).maxRemoved();
    boolean isAllowed =
        limit.map(one -> one.allows(taken, ofGroup)).orElseGet(() -> guard.allows(taken, ofGroup));
    return isAllowed
        ? Optional.empty()
        : Optional.of(
            "%d of %d applications of %s would be removed or deselected, more than %s"
                .formatted(
                    taken,
                    ofGroup,
                    group,
                    limit
                        .map(one -> "its maxRemoved " + one)
                        .orElseGet(() -> guard.limit(ofGroup))));
  }

  private Optional<String> addition(Group group, int added) {
    return policy(group)
        .maxAdded()
        .filter(limit -> added > limit)
        .map(
            limit ->
                "%d applications would be added by %s, more than its maxAdded %d"
                    .formatted(added, group, limit));
  }

  private SetPolicy policy(Group group) {
    return group.equals(Group.include(group.name()))
        ? Optional.ofNullable(sets.includes().get(group.name()))
            .map(GeneratedSets.Included::policy)
            .orElse(SetPolicy.DEFAULT)
        : sets.policies().getOrDefault(group.name(), SetPolicy.DEFAULT);
  }

  private static <T> Map<Group, List<T>> byGroup(
      List<T> changes, Function<T, Definition> definition) {
    Map<Group, List<T>> groups = new TreeMap<>(Comparator.comparing(Group::toString));
    for (T change : changes) {
      groups(definition.apply(change))
          .forEach(group -> groups.computeIfAbsent(group, _ -> new ArrayList<>()).add(change));
    }
    return groups;
  }
}
