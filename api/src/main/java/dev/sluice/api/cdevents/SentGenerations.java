package dev.sluice.api.cdevents;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ResultEvent.Dispatched;
import dev.sluice.contract.event.Subject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Bounded memory of the events {@code dispatched} of generations, from which CDEvents have their
 * repository, actor and reason. A generation that is not remembered is looked up.
 */
public final class SentGenerations {

  private static final int REMEMBERED = 10_000;

  private final Function<Subject, List<Dispatched>> lookup;

  /** By the target's id. */
  private final Map<EventId, Dispatched> known =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<EventId, Dispatched> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * Creates an empty memory.
   *
   * @param lookup returns the events {@code dispatched} of an application in a cluster
   */
  public SentGenerations(Function<Subject, List<Dispatched>> lookup) {
    this.lookup = lookup;
  }

  public void remember(Dispatched event) {
    known.put(event.subject().target(), event);
  }

  /** Returns whether the event of a generation is remembered. */
  boolean remembers(Subject generation) {
    return known.containsKey(generation.target());
  }

  /** Returns the event of a generation; empty if it is unknown. */
  Optional<Dispatched> of(Subject generation) {
    if (!remembers(generation)) {
      lookup.apply(generation).forEach(this::remember);
    }
    return Optional.ofNullable(known.get(generation.target()));
  }
}
