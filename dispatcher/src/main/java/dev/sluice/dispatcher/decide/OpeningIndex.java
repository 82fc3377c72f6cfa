package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.name.ApplicationName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Index of the applications of a partition that wait for maintenance windows, by time. */
final class OpeningIndex {

  private final Map<ApplicationName, List<Opening>> byApplication = new HashMap<>();
  private final TreeSet<Opening> waiting = new TreeSet<>();
  private final TreeSet<Opening> returned = new TreeSet<>();

  /** Time at which an application has to be evaluated. */
  private record Opening(Instant at, ApplicationName application) implements Comparable<Opening> {

    private static final Comparator<Opening> ORDER =
        Comparator.comparing(Opening::at).thenComparing(Opening::application);

    @Override
    public int compareTo(Opening other) {
      return ORDER.compare(this, other);
    }
  }

  void replay(ApplicationState state) {
    List<Opening> openings =
        state.withheld().stream()
            .flatMap(withheld -> withheld.values().stream())
            .flatMap(withheld -> withheld.until().stream())
            .distinct()
            .map(until -> new Opening(until, state.application()))
            .toList();
    List<Opening> before =
        openings.isEmpty()
            ? byApplication.remove(state.application())
            : byApplication.put(state.application(), openings);
    if (!openings.equals(before)) {
      remove(before);
      waiting.addAll(openings);
    }
  }

  void forget(ApplicationName application) {
    remove(byApplication.remove(application));
  }

  /**
   * Records a decision about an application. What opens only after it has to be returned again: the
   * clock was put back.
   */
  void decided(ApplicationName application, Instant at) {
    byApplication.getOrDefault(application, List.of()).stream()
        .filter(opening -> opening.at().isAfter(at))
        .filter(returned::remove)
        .forEach(waiting::add);
  }

  private void remove(@Nullable List<Opening> before) {
    if (before != null) {
      before.forEach(waiting::remove);
      before.forEach(returned::remove);
    }
  }

  /**
   * Returns the applications whose windows have opened, each once, and again if the clock was put
   * back before that time: the decision about an application may have been made then.
   */
  List<ApplicationName> opened(Instant now) {
    while (!returned.isEmpty() && returned.last().at().isAfter(now)) {
      waiting.add(returned.removeLast());
    }
    List<ApplicationName> opened = new ArrayList<>();
    while (!waiting.isEmpty() && !waiting.first().at().isAfter(now)) {
      Opening first = waiting.removeFirst();
      returned.add(first);
      opened.add(first.application());
    }
    return opened.stream().distinct().toList();
  }
}
