package dev.sluice.dispatcher.partition;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.decide.Triggers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Unanswered triggers of a ref, oldest first: the current ones, which the running evaluation or the
 * next retry answers, and those that wait for the evaluation after it.
 */
final class QueuedTriggers {

  private final List<Trigger> current = new ArrayList<>();
  private final List<Trigger> waiting = new ArrayList<>();

  List<Trigger> current() {
    return List.copyOf(current);
  }

  List<Trigger> all() {
    return Stream.concat(current.stream(), waiting.stream()).toList();
  }

  boolean isEmpty() {
    return current.isEmpty() && waiting.isEmpty();
  }

  boolean isWaiting() {
    return !waiting.isEmpty();
  }

  void add(Trigger trigger) {
    waiting.add(trigger);
  }

  /** Queues the newest announced commit of the current triggers again. */
  void addNewestExpectation() {
    Trigger.Reason reason = new Trigger.Reason.RefMoved(Triggers.newestExpectation(current));
    waiting.add(new Trigger(current.getLast().cause(), reason, OptionalLong.empty()));
  }

  /** Makes the waiting triggers current: the next evaluation answers them. */
  void takeWaiting() {
    current.addAll(waiting);
    waiting.clear();
  }

  /** Removes the current triggers, which are answered. */
  void completeCurrent() {
    current.clear();
  }

  /** Returns the waiting triggers that {@code state} records. */
  List<Trigger> rememberedWaiting() {
    return waiting.stream().filter(Trigger::isRemembered).toList();
  }

  /** Marks all triggers as recorded in {@code state}. */
  void markRemembered() {
    current.replaceAll(Trigger::remembered);
    waiting.replaceAll(Trigger::remembered);
  }

  /**
   * Returns the applications to inspect whichever paths changed, each with the reason.
   *
   * @param marked further applications to inspect
   */
  Map<ApplicationName, String> marked(Set<ApplicationName> marked) {
    Map<ApplicationName, String> reasons = new TreeMap<>();
    marked.forEach(name -> reasons.put(name, "definition"));
    for (Trigger trigger : current) {
      switch (trigger.reason()) {
        case Trigger.Reason.RefMoved _ -> {}
        case Trigger.Reason.ApplicationDue(ApplicationName name, String why) ->
            reasons.put(name, why);
        case Trigger.Reason.WindowOpened(Set<ApplicationName> names) ->
            names.forEach(name -> reasons.put(name, "maintenance window"));
        case Trigger.Reason.OtherRefMoved(RefKey moved, Set<ApplicationName> names) ->
            names.forEach(name -> reasons.put(name, moved.toString()));
      }
    }
    return reasons;
  }
}
