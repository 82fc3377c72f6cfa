package dev.sluice.standalone.verify;

/** The promises that the checker decides about. */
public enum Promise {
  I1_DURABLE,
  I2_ORDERED,
  I3_FENCED,
  I5_CONVERGENT,
  I6_MINIMAL_AND_EXACT,
  I7_DEAD_LETTERS,
  I8_AUDIT
}
