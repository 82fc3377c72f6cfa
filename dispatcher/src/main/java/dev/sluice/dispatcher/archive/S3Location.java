package dev.sluice.dispatcher.archive;

import dev.sluice.contract.fleet.SecretReference;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an S3-compatible store has an archive. Names no class of its client, which is loaded only
 * if there is such an archive.
 *
 * @param prefix of the keys, with a '/' at its end; empty for none
 * @param endpoint of a store that is not AWS's
 * @param region empty for the one of the process's surroundings
 * @param credentials empty for those of the process's surroundings
 */
record S3Location(
    String bucket,
    String prefix,
    Optional<URI> endpoint,
    Optional<String> region,
    Optional<Credentials> credentials) {

  private static final String SCHEME = "s3://";
  private static final Pattern FORM =
      Pattern.compile(
          "s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*)/?");

  /** An access key and its secret key. */
  record Credentials(SecretReference accessKey, SecretReference secretKey) {}

  /** Returns whether a text is meant to be such a location. */
  static boolean isMeantBy(String text) {
    return text.startsWith(SCHEME);
  }

  /**
   * Parses {@code s3://BUCKET/PREFIX}.
   *
   * @throws IllegalArgumentException with the expected form
   */
  static S3Location parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "expected s3://BUCKET or s3://BUCKET/PREFIX, with a prefix of letters, digits and . _ -"
              + " /");
    }
    String prefix = matcher.group(2);
    return new S3Location(
        matcher.group(1),
        prefix.isEmpty() ? "" : prefix.substring(1) + "/",
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Override
  public String toString() {
    return SCHEME + bucket + "/" + prefix + endpoint.map(at -> " at " + at).orElse("");
  }
}
