package dev.sluice.standalone.cli;

import java.util.Optional;

/** The program's version, from its jar's manifest. */
final class Version {

  private Version() {}

  static String text() {
    return "sluice "
        + Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
            .orElse("(not from a jar)");
  }
}
