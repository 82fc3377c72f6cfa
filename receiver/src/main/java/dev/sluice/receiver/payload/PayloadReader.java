package dev.sluice.receiver.payload;

/**
 * Reads what a forge delivers: a pure function of the delivery. Each forge has one; another forge
 * is another implementation.
 */
@FunctionalInterface
public interface PayloadReader {

  /** Reads a delivery; never throws for what is in it. */
  default Parsed read(Delivery delivery) {
    try {
      return parse(delivery);
    } catch (MalformedPayloadException e) {
      return new Parsed.Malformed(e.getMessage());
    }
  }

  /**
   * The forge's own part of it.
   *
   * @throws MalformedPayloadException saying which field or place is wrong
   */
  Parsed parse(Delivery delivery) throws MalformedPayloadException;
}
