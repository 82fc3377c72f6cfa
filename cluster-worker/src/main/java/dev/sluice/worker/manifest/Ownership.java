package dev.sluice.worker.manifest;

import dev.sluice.contract.name.ApplicationName;
import java.util.regex.Pattern;

/**
 * Who an object belongs to: an installation of Sluice and an application of it. Written on every
 * object as labels; nothing without both is ever deleted.
 */
public record Ownership(String installation, ApplicationName application) {

  public static final String APPLICATION_LABEL = "sluice.dev/application";
  public static final String INSTALLATION_LABEL = "sluice.dev/installation";

  /** The generation that an object was written at. */
  public static final String GENERATION_ANNOTATION = "sluice.dev/generation";

  private static final Pattern LABEL_VALUE =
      Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");

  public Ownership {
    if (!LABEL_VALUE.matcher(installation).matches()) {
      throw new IllegalArgumentException(
          "the installation id must be a Kubernetes label value: letters, digits, '-', '_', '.',"
              + " at most 63, a letter or digit at either end");
    }
  }
}
