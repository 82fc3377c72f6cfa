package dev.sluice.dispatcher.fleet;

/** Effect of a problem in a revision of the fleet on its other documents. */
public enum FleetValidation {
  /** A revision with a problem is refused as a whole; the last accepted one stays in force. */
  STRICT,
  /** Each valid document comes into force; what a problem concerns stays as it was. */
  LENIENT;

  static FleetValidation parse(String text) {
    return switch (text) {
      case "strict" -> STRICT;
      case "lenient" -> LENIENT;
      default -> throw new IllegalArgumentException("expected strict or lenient");
    };
  }
}
