package dev.sluice.api.http;

import dev.sluice.api.projection.Phase;
import dev.sluice.api.readmodel.Applications;
import dev.sluice.api.readmodel.DeadLetter;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.Scope;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Check before a dead letter is discarded. An application that is parked, or whose sources are
 * refused, always has an open dead letter, since nothing else shows the cause.
 */
final class DiscardCheck {

  private static final Set<String> DONE = Set.of(Phase.SYNCED.label(), Phase.UNKNOWN.label());

  private final ReadModel model;

  DiscardCheck(ReadModel model) {
    this.model = model;
  }

  /** Returns why a dead letter must stay open; empty if its application does not need it. */
  Optional<String> whyNeeded(DeadLetter letter) {
    if (letter.generation().isEmpty() && !letter.concernsSource()) {
      return Optional.empty(); // a record could not be read
    }
    String application = letter.application().orElseThrow();
    String cluster = letter.cluster().orElseThrow();
    return model
        .applications()
        .list(
            Applications.Filter.of(new Scope(List.of(application), List.of(cluster))),
            Scope.ALL,
            1,
            Optional.empty())
        .items()
        .stream()
        .filter(status -> letter.concernsSource() || !DONE.contains(status.phase()))
        .findFirst()
        .map(
            status ->
                letter.concernsSource()
                    ? "the sources of %s are still refused: fix them, and it closes"
                        .formatted(application)
                    : "%s is %s in %s: fix the cause and sync, and it closes"
                        .formatted(application, status.phase(), cluster));
  }
}
