package dev.sluice.receiver.payload;

import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.ForgeAddress;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.receiver.request.FormBody;
import dev.sluice.receiver.request.RequestHeaders;
import java.time.Instant;
import java.util.Optional;

/**
 * An authentic request.
 *
 * @param endpoint name of the endpoint it came to
 * @param address what the canonical names of the endpoint's repositories begin with; what the body
 *     says of hosts is not believed
 * @param receivedAt when its last byte was read
 */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
public record Delivery(
    String endpoint,
    ForgeAddress address,
    RequestHeaders headers,
    byte[] body,
    Instant receivedAt) {

  /** The id in the first of the headers that has a usable one, else one made from the body. */
  DeliveryId id(String... idHeaders) {
    for (String header : idHeaders) {
      Optional<DeliveryId> given = headers.single(header).flatMap(DeliveryId::given);
      if (given.isPresent()) {
        return given.get();
      }
    }
    return DeliveryId.ofBody(body);
  }

  /** The JSON: the body, or what a form's field {@code payload} holds. */
  byte[] json() throws MalformedPayloadException {
    if (!FormBody.isForm(headers)) {
      return body;
    }
    try {
      return FormBody.field("payload", body);
    } catch (IllegalArgumentException e) {
      throw new MalformedPayloadException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The value of the header that says which event this is. */
  String event(String header) throws MalformedPayloadException {
    return headers
        .single(header)
        .filter(event -> !event.isEmpty())
        .orElseThrow(
            () ->
                new MalformedPayloadException(
                    "the header %s is missing, empty or doubled".formatted(header)));
  }

  Origin origin(DeliveryId id, Optional<String> actor) {
    return new Origin.Webhook(endpoint, id.value(), actor, receivedAt);
  }

  /**
   * The repository at a path of the forge.
   *
   * @throws IllegalArgumentException if there cannot be such a one
   */
  RepositoryId repository(String path) {
    return address.repository(path);
  }

  /**
   * The repository of a clone or web URL.
   *
   * @throws IllegalArgumentException if it is no such URL, or not one of the endpoint's host
   */
  RepositoryId repositoryAt(String url) {
    return address.repositoryAt(url);
  }
}
