package dev.sluice.dispatcher.partition;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.Hint;
import dev.sluice.dispatcher.decide.RefKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Future;

/**
 * What is going on about one ref. At most one look at a time; hints that come during a look wait
 * for the next one, since that look may have read the remote before them. Of the home's thread
 * only.
 */
final class RefLane {

  final RefKey key;

  /** What the current look, or the retry that is waited for, answers; oldest first. */
  final List<Hint> inHand = new ArrayList<>();

  /** What came since. */
  final List<Hint> waiting = new ArrayList<>();

  final Set<ApplicationName> marked = new TreeSet<>();
  final LookReport report = new LookReport();
  Optional<CommitId> indexed = Optional.empty();
  boolean looking;
  boolean graceTimer;
  int attempts;
  Optional<Future<?>> retry = Optional.empty();

  /** Since when the commit that should show is asked for. */
  Optional<Instant> expectingSince = Optional.empty();

  /** When the newest hint came from outside. */
  Instant newestAt = Instant.EPOCH;

  /** Of what is in hand: from the first look at it until it is answered. */
  Optional<LookSpan> span = Optional.empty();

  final Unreached unreached;

  RefLane(RefKey key, Looks looks) {
    this.key = key;
    this.unreached = new Unreached(looks, key);
  }

  boolean hasWork() {
    return !inHand.isEmpty() || !waiting.isEmpty();
  }

  /** Takes up all that waits: the next look answers it. */
  void takeUp() {
    inHand.addAll(waiting);
    waiting.clear();
  }

  /** The look has answered what was in hand. */
  List<Hint> answered() {
    List<Hint> answered = List.copyOf(inHand);
    inHand.clear();
    attempts = 0;
    expectingSince = Optional.empty();
    return answered;
  }

  /** All hints, oldest first. */
  List<Hint> hints() {
    List<Hint> all = new ArrayList<>(inHand);
    all.addAll(waiting);
    return all;
  }

  List<Hint> rememberedWaiting() {
    return waiting.stream().filter(Hint::isRemembered).toList();
  }

  void remembered() {
    inHand.replaceAll(Hint::remembered);
    waiting.replaceAll(Hint::remembered);
  }

  /** What to look at whatever the paths say, and why. */
  Map<ApplicationName, String> toMark() {
    Map<ApplicationName, String> reasons = new TreeMap<>();
    marked.forEach(name -> reasons.put(name, "definition"));
    for (Hint hint : inHand) {
      switch (hint.ask()) {
        case Hint.Ask.Moved _ -> {}
        case Hint.Ask.OfApplication(ApplicationName name) -> reasons.put(name, "definition");
        case Hint.Ask.OtherMoved(RefKey moved, Set<ApplicationName> names) ->
            names.forEach(name -> reasons.put(name, moved.toString()));
      }
    }
    return reasons;
  }
}
