package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Optional;

/**
 * Signatures that the commits of a repository need before they are dispatched. At least one of the
 * references is given; a signature by a key of either is accepted.
 *
 * @param mode which objects must be signed
 * @param allowedSigners SSH keys as lines of OpenSSH's allowed signers, see ssh-keygen(1)
 * @param openPgpKeys OpenPGP public keys in ASCII armor
 */
public record Verification(
    Mode mode, Optional<SecretReference> allowedSigners, Optional<SecretReference> openPgpKeys) {

  /** The objects that must be signed. */
  public enum Mode {
    /** The commit that is dispatched. */
    @JsonProperty("head")
    HEAD("head"),

    /** The commit that is dispatched, and all that are new since the one dispatched before. */
    @JsonProperty("every-commit")
    EVERY_COMMIT("every-commit"),

    /** The annotated tag that names the commit. */
    @JsonProperty("tag")
    TAG("tag");

    private final String word;

    Mode(String word) {
      this.word = word;
    }

    /** Returns the word in the fleet's documents. */
    public String word() {
      return word;
    }
  }
}
