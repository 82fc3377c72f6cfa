package dev.sluice.receiver.payload;

/**
 * Reader of a forge's deliveries: a pure function of the delivery, with one implementation for each
 * forge.
 */
@FunctionalInterface
public interface PayloadReader {

  /** Reads a delivery; throws no exception for any content. */
  default Parsed read(Delivery delivery) {
    try {
      return parse(delivery);
    } catch (MalformedPayloadException e) {
      return new Parsed.Malformed(e.getMessage());
    }
  }

  /**
   * Reads a delivery of the forge.
   *
   * @throws MalformedPayloadException naming the field or position that is wrong
   */
  Parsed parse(Delivery delivery) throws MalformedPayloadException;
}
