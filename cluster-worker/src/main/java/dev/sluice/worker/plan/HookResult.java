package dev.sluice.worker.plan;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.worker.manifest.Hook.Moment;
import java.util.Optional;

/**
 * The end of a run of a hook in the generation that a ledger is at, so that no hook runs twice in
 * one generation.
 *
 * @param moment the name of its moment
 * @param failure why it failed; empty if it succeeded
 */
public record HookResult(
    @JsonProperty("o") ObjectRef ref,
    @JsonProperty("m") String moment,
    @JsonProperty("f") Optional<String> failure) {

  /** Returns the result of a hook that succeeded. */
  public static HookResult succeeded(HookStep hook) {
    return new HookResult(hook.ref(), hook.moment().name(), Optional.empty());
  }

  /** Returns the result of a hook that failed. */
  public static HookResult failed(HookStep hook, String why) {
    return new HookResult(hook.ref(), hook.moment().name(), Optional.of(why));
  }

  /** Returns whether it is a result of this run. */
  public boolean isOf(ObjectRef hook, Moment at) {
    return ref.id().equals(hook.id()) && moment.equals(at.name());
  }
}
