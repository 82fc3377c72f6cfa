package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.plan.HookStep;
import dev.sluice.worker.plan.Plan;
import dev.sluice.worker.plan.Planner;
import dev.sluice.worker.sync.LogEntry;
import java.util.List;

/** The hooks of one generation. */
final class GenerationHooks {

  private final ApplyContext context;
  private final LogEntry entry;

  GenerationHooks(ApplyContext context, LogEntry entry) {
    this.context = context;
    this.entry = entry;
  }

  /** Returns what decides which hooks run. */
  Planner.Runs runs(Ledger ledger) {
    return new Planner.Runs(
        ledger.installs(),
        ledger.repeats(entry.inputDigest()),
        "%s %s".formatted(entry.application(), entry.generation()));
  }

  /** Begins the wait of a stage. */
  Wait wait(String stage) {
    return new Wait(stage, entry, context, entry.policy().timeout());
  }

  /**
   * Runs the hooks for a failure; returns the end of the attempt. If they fail, too, its message
   * says so, and the first failure still counts.
   */
  HaltException failed(Plan.Ready plan, Attempt attempt, Outcome.Parked parked)
      throws InterruptedException {
    try {
      context.runner().runOnFailure(plan, attempt, this::wait);
      return new HaltException(parked);
    } catch (HaltException | ApiException e) {
      Failure first = parked.failure();
      String message = "%s; then: %s".formatted(first.message(), e.getMessage());
      return new HaltException(
          new Outcome.Parked(
              new Failure(first.code(), message, first.stage(), first.object()), parked.wake()));
    }
  }

  /**
   * Returns the hooks that the ledger keeps for the removal of the application. It keeps no
   * Secrets, since more people may read it than those.
   */
  static List<Manifest> kept(Plan.Ready plan) {
    return plan.otherHooks().onRemoval().stream()
        .filter(hook -> !hook.ref().groupKind().equals(GroupKind.SECRET))
        .toList();
  }

  /** Returns the hooks before and after the removal of an application with this ledger. */
  List<HookStep> ofRemoval(Ledger ledger) {
    List<Manifest> hooks =
        ledger.removalHooks().orElse(List.of()).stream().map(GenerationHooks::manifest).toList();
    return Planner.removalHooks(hooks, runs(ledger));
  }

  private static Manifest manifest(ObjectNode content) {
    var metadata = content.path("metadata");
    String name = metadata.path("name").asText(metadata.path("generateName").asText(""));
    ObjectRef ref =
        new ObjectRef(
            content.path("apiVersion").asText(""),
            content.path("kind").asText(""),
            metadata.path("namespace").asText(""),
            name);
    return new Manifest(ref, content, "the ledger");
  }
}
