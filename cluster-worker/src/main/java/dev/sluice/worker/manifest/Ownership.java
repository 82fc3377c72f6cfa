package dev.sluice.worker.manifest;

import dev.sluice.contract.name.ApplicationName;
import java.util.regex.Pattern;

/**
 * The owner of an object: an installation of Sluice and an application of it. Both are labels on
 * every object; an object without them is never deleted.
 */
public record Ownership(String installation, ApplicationName application) {

  public static final String APPLICATION_LABEL = "sluice.dev/application";
  public static final String INSTALLATION_LABEL = "sluice.dev/installation";

  /** The annotation with the generation that an object was written at. */
  public static final String GENERATION_ANNOTATION = "sluice.dev/generation";

  private static final Pattern INSTALLATION =
      Pattern.compile(
          "(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  public Ownership {
    requireInstallation(installation);
  }

  /**
   * Checks the id of an installation, which is a label value and a part of Kubernetes names.
   *
   * @throws IllegalArgumentException if it is not valid
   */
  public static String requireInstallation(String id) {
    if (!INSTALLATION.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "the installation id must be a DNS subdomain: lower-case letters, digits, '-' and '.', at"
              + " most 63, a letter or digit at either end of each part");
    }
    return id;
  }
}
