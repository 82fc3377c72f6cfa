package dev.sluice.worker.plan;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.Propagation;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One object of an application in a cluster. Its JSON names are short because a ledger holds
 * thousands in one ConfigMap.
 *
 * @param digest of the manifest that was applied last (or is being applied), and of the rules about
 *     fields that may differ, if there are any
 * @param keep whether the manifest forbade deletion; kept here because the manifest no longer
 *     exists at that time
 * @param declaration digest of the manifest without its application, if other applications may
 *     declare the object, too
 * @param state in which the last apply left the live object; empty if that is not known
 * @param hook whether it is a hook, which need not exist and is never compared
 * @param wave that the manifest declared; objects of higher waves are deleted first
 * @param guarded whether a person has to approve the deletion, as the manifest asked
 * @param propagation how the dependents of the object are treated when it is deleted; empty for the
 *     default, which is to delete them in the background
 */
public record InventoryEntry(
    @JsonProperty("o") ObjectRef ref,
    @JsonProperty("d") String digest,
    @JsonProperty("k") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean keep,
    @JsonProperty("s") Optional<String> declaration,
    @JsonProperty("l") Optional<LiveState> state,
    @JsonProperty("h") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean hook,
    @JsonProperty("w") @JsonInclude(JsonInclude.Include.NON_DEFAULT) int wave,
    @JsonProperty("a") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean guarded,
    @JsonProperty("p") Optional<Propagation> propagation) {

  /** Separates the digests of a manifest and of the rules about fields that may differ. */
  static final String RULES = "+";

  /** Creates the entry of an object that no other application declares and that is applied now. */
  public InventoryEntry(ObjectRef ref, String digest, boolean keep) {
    this(ref, digest, keep, Optional.empty(), Optional.empty(), false, 0, false, Optional.empty());
  }

  @JsonCreator
  static InventoryEntry of(
      @JsonProperty("o") ObjectRef ref,
      @JsonProperty("d") String digest,
      @JsonProperty("k") @Nullable Boolean keep,
      @JsonProperty("s") Optional<String> declaration,
      @JsonProperty("l") Optional<LiveState> state,
      @JsonProperty("h") @Nullable Boolean hook,
      @JsonProperty("w") @Nullable Integer wave,
      @JsonProperty("a") @Nullable Boolean guarded,
      @JsonProperty("p") Optional<Propagation> propagation) {
    return new InventoryEntry(
        ref,
        digest,
        keep != null && keep,
        declaration,
        state,
        hook != null && hook,
        wave == null ? 0 : wave,
        guarded != null && guarded,
        propagation);
  }

  /**
   * Returns whether the manifest that was applied last had this digest, with whatever rules about
   * fields that may differ.
   */
  public boolean isOfManifest(String manifestDigest) {
    return digest.equals(manifestDigest) || digest.startsWith(manifestDigest + RULES);
  }

  /** Returns the digest of the manifest that was applied last. */
  public String manifestDigest() {
    int end = digest.indexOf(RULES);
    return end < 0 ? digest : digest.substring(0, end);
  }

  /** Returns whether the object may be gone without being missing: a hook, for example. */
  public boolean mayBeGone() {
    return hook || state.equals(Optional.of(LiveState.ANY));
  }

  /** Returns this entry with the state in which the object was left. */
  public InventoryEntry left(LiveState now) {
    return new InventoryEntry(
        ref, digest, keep, declaration, Optional.of(now), hook, wave, guarded, propagation);
  }

  /** Returns the entry of a hook. */
  static InventoryEntry ofHook(ObjectRef ref, String digest, boolean keep, int wave) {
    return new InventoryEntry(
        ref,
        digest,
        keep,
        Optional.empty(),
        Optional.of(LiveState.ANY),
        true,
        wave,
        false,
        Optional.empty());
  }
}
