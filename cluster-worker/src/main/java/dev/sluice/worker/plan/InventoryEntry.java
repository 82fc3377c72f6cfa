package dev.sluice.worker.plan;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.event.ObjectRef;
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
 */
public record InventoryEntry(
    @JsonProperty("o") ObjectRef ref,
    @JsonProperty("d") String digest,
    @JsonProperty("k") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean keep,
    @JsonProperty("s") Optional<String> declaration,
    @JsonProperty("l") Optional<LiveState> state) {

  /** Separates the digests of a manifest and of the rules about fields that may differ. */
  static final String RULES = "+";

  /** Creates the entry of an object that no other application declares and that is applied now. */
  public InventoryEntry(ObjectRef ref, String digest, boolean keep) {
    this(ref, digest, keep, Optional.empty(), Optional.empty());
  }

  @JsonCreator
  static InventoryEntry of(
      @JsonProperty("o") ObjectRef ref,
      @JsonProperty("d") String digest,
      @JsonProperty("k") @Nullable Boolean keep,
      @JsonProperty("s") Optional<String> declaration,
      @JsonProperty("l") Optional<LiveState> state) {
    return new InventoryEntry(ref, digest, keep != null && keep, declaration, state);
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

  /** Returns this entry with the state in which the object was left. */
  public InventoryEntry left(LiveState now) {
    return new InventoryEntry(ref, digest, keep, declaration, Optional.of(now));
  }
}
