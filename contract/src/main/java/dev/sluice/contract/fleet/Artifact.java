package dev.sluice.contract.fleet;

import dev.sluice.contract.name.GitRef;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A repository of published artifacts instead of commits: a chart of a chart repository, or an OCI
 * repository. Each version of it is mirrored as a commit, and is a ref: {@code refs/tags/VERSION},
 * or {@code refs/digests/sha256/HEX} for the digest {@code sha256:HEX}.
 *
 * @param chart the chart's name in the index of a chart repository; absent for an OCI repository
 */
public record Artifact(Optional<String> chart) {

  /** The beginning of the URLs of OCI repositories. */
  public static final String OCI = "oci://";

  private static final String DIGESTS = "refs/digests/sha256/";
  private static final Pattern DIGEST = Pattern.compile("sha256:([0-9a-f]{64})");
  private static final Pattern VERSION = Pattern.compile("[0-9A-Za-z_][0-9A-Za-z._+-]{0,127}");
  private static final String TAGS = "refs/tags/";

  /**
   * Returns the ref of a version.
   *
   * @param version a chart's version, an OCI tag, or an OCI digest
   * @throws IllegalArgumentException if it is none of these
   */
  public static GitRef ref(String version) {
    var digest = DIGEST.matcher(version);
    if (digest.matches()) {
      return new GitRef(DIGESTS + digest.group(1));
    }
    if (!VERSION.matcher(version).matches()) {
      throw new IllegalArgumentException(
          "must be an exact version such as 1.2.3, a tag, or a digest sha256:... of 64 digits");
    }
    return GitRef.tag(version);
  }

  /** Returns the digest {@code sha256:HEX} that a ref names; empty if it names none. */
  public static Optional<String> digest(GitRef ref) {
    return ref.value().startsWith(DIGESTS)
        ? Optional.of("sha256:" + ref.value().substring(DIGESTS.length()))
        : Optional.empty();
  }

  /** Returns the version or tag that a ref names; empty if it names none. */
  public static Optional<String> tag(GitRef ref) {
    return ref.value().startsWith(TAGS)
        ? Optional.of(ref.value().substring(TAGS.length()))
        : Optional.empty();
  }
}
