package dev.sluice.receiver.payload;

import java.util.List;

/**
 * Deliveries in a small generic format, for senders that are not a supported forge, such as a
 * {@code post-receive} hook: {@code repository} (its path in clone URLs, without the endpoint's
 * host), {@code ref}, {@code before} and {@code after} (full ids; all zeros if absent), and
 * optionally {@code actor}, and {@code subject}, {@code author} and {@code link} (a page) of the
 * commit. The id of the delivery is in the header {@value #DELIVERY}.
 */
public final class GenericPayloads implements PayloadReader {

  /** Header with {@code sha256=} and the HMAC-SHA256 of the body in hex digits. */
  public static final String SIGNATURE = "X-Sluice-Signature";

  /** Header with the sender's id of the delivery; redeliveries have the same id. */
  public static final String DELIVERY = "X-Sluice-Delivery";

  private static final PushedCommit COMMIT =
      new PushedCommit("after", "subject", List.of("author"), List.of("link"));
  private static final JsonShape SHAPE =
      JsonShape.of("repository", "ref", "before", "after", "actor")
          .shown("subject", "author", "link");

  @Override
  public Parsed parse(Delivery delivery) throws MalformedPayloadException {
    JsonFields fields = StrictJson.read(delivery.body(), SHAPE);
    DeliveryId id = delivery.id(DELIVERY);
    return new RefChanges(
            id,
            fields.required("repository", delivery::repository),
            delivery.origin(id, fields.firstText("actor")))
        .add(fields, "ref", "before", "after", COMMIT.in(fields, ""))
        .parsed();
  }
}
