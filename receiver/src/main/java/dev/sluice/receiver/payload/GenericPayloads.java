package dev.sluice.receiver.payload;

/**
 * A small body for whatever speaks no forge's dialect, such as a {@code post-receive} hook: {@code
 * repository} (its path in clone URLs, without the endpoint's host), {@code ref}, {@code before}
 * and {@code after} (full ids; all zeros where there is none), and {@code actor}, which may be left
 * out. The id of the delivery is in {@value #DELIVERY}.
 */
public final class GenericPayloads implements PayloadReader {

  /** Holds {@code sha256=} and the HMAC-SHA256 of the body in hex digits. */
  public static final String SIGNATURE = "X-Sluice-Signature";

  /** Holds the sender's id of the delivery; whoever sends it again sends the same. */
  public static final String DELIVERY = "X-Sluice-Delivery";

  private static final JsonShape SHAPE =
      JsonShape.of("repository", "ref", "before", "after", "actor");

  @Override
  public Parsed parse(Delivery delivery) throws MalformedPayloadException {
    JsonFields fields = StrictJson.read(delivery.body(), SHAPE);
    DeliveryId id = delivery.id(DELIVERY);
    return new RefChanges(
            id,
            fields.required("repository", delivery::repository),
            delivery.origin(id, fields.firstText("actor")))
        .add(fields, "ref", "before", "after")
        .parsed();
  }
}
