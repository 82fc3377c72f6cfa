package dev.sluice.worker.health;

import java.util.List;
import java.util.stream.Stream;

/**
 * The conditions of an object and of its parts. The kinds of Gateway API report on the listeners of
 * a Gateway, the parents of a route and the ancestors of a policy.
 */
final class Places {

  private static final List<Place> PLACES =
      List.of(
          new Place("listener", "status/listeners", "name"),
          new Place("parent", "status/parents", "parentRef/name"),
          new Place("ancestor", "status/ancestors", "ancestorRef/name"));

  private Places() {}

  static Stream<String> inputs() {
    return PLACES.stream()
        .flatMap(
            each ->
                Stream.concat(
                    Stream.of(each.list() + "/*/" + each.name()),
                    KindRule.conditions(each.list() + "/*/")));
  }

  /** Returns the conditions; those of parts that are not current only if none is. */
  static List<Condition> conditions(Observed object) {
    List<Condition> parts = PLACES.stream().flatMap(each -> each.of(object)).toList();
    boolean isAnyCurrent = parts.stream().anyMatch(Condition::isCurrent);
    return Stream.concat(
            object.conditions().stream(),
            parts.stream().filter(each -> each.isCurrent() || !isAnyCurrent))
        .toList();
  }

  private record Place(String noun, String list, String name) {

    Stream<Condition> of(Observed object) {
      long generation = object.number("/metadata/generation");
      return object.list("/" + list).stream()
          .flatMap(
              part ->
                  part.list("/conditions").stream()
                      .map(
                          each ->
                              Condition.of(
                                  each.object(),
                                  "%s %s".formatted(noun, part.text("/" + name)).strip(),
                                  generation)));
    }
  }
}
