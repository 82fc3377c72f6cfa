package dev.sluice.standalone.verify;

/** Guarantees that the checker verifies. */
public enum Guarantee {
  I1_DURABLE,
  I2_ORDERED,
  I3_FENCED,
  I5_CONVERGENT,
  I6_MINIMAL_AND_EXACT,
  I7_DEAD_LETTERS,
  I8_AUDIT
}
