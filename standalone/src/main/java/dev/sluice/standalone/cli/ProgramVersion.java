package dev.sluice.standalone.cli;

import java.util.Optional;

/** The version of this program, from its jar's manifest. */
public final class ProgramVersion {

  private static final Optional<String> VERSION =
      Optional.ofNullable(ProgramVersion.class.getPackage().getImplementationVersion());

  private ProgramVersion() {}

  /** Returns the version for a person. */
  public static String text() {
    return VERSION.orElse("(not from a jar)");
  }

  /** Returns the program and its version as a {@code User-Agent} (RFC 9110). */
  public static String userAgent() {
    return "sluice/" + VERSION.orElse("unreleased");
  }
}
