package dev.sluice.standalone.install;

import java.util.Locale;

/** Permissions of a worker in its cluster. */
enum Rights {
  /** Everything, as in k8s/base. */
  ALL,
  /** The kinds that k8s/narrow lists. */
  NARROW,
  /** None but those for the worker's own ledgers, key and Lease: others bind a ClusterRole. */
  NONE;

  static final String LABEL = "all|narrow|none";

  /** Returns the value of the option. */
  String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Rights parse(String text) {
    return switch (text) {
      case "all" -> ALL;
      case "narrow" -> NARROW;
      case "none" -> NONE;
      default -> throw new IllegalArgumentException("expected " + LABEL);
    };
  }
}
