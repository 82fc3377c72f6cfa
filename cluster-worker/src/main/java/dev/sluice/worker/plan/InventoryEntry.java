package dev.sluice.worker.plan;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.event.ObjectRef;
import org.jspecify.annotations.Nullable;

/**
 * One object that an application has in a cluster. Short names: a ledger holds thousands, in one
 * Kubernetes object.
 *
 * @param digest of the manifest that was applied last (or is being applied)
 * @param keep the manifest forbade deletion; kept here because the manifest is gone by then
 */
public record InventoryEntry(
    @JsonProperty("o") ObjectRef ref,
    @JsonProperty("d") String digest,
    @JsonProperty("k") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean keep) {

  @JsonCreator
  static InventoryEntry of(
      @JsonProperty("o") ObjectRef ref,
      @JsonProperty("d") String digest,
      @JsonProperty("k") @Nullable Boolean keep) {
    return new InventoryEntry(ref, digest, keep != null && keep);
  }
}
