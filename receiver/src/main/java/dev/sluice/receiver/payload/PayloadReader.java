package dev.sluice.receiver.payload;

import java.util.List;

/**
 * Reads what a forge delivers: a pure function of the delivery. Each forge has one; another forge
 * is another implementation.
 */
public interface PayloadReader {

  /** Headers that may hold the delivery's id, the best first. */
  List<String> idHeaders();

  /** Never throws for what is in the delivery. */
  Parsed read(Delivery delivery);
}
