package dev.sluice.receiver.payload;

import dev.sluice.contract.event.OneLine;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.ForgeAddress;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.receiver.request.FormBody;
import dev.sluice.receiver.request.RequestHeaders;
import java.time.Instant;
import java.util.Optional;

/**
 * Authentic request.
 *
 * @param endpoint name of the endpoint
 * @param address prefix of the canonical names of the endpoint's repositories; hosts in the body
 *     are not trusted
 * @param receivedAt when the last byte was read
 */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
public record Delivery(
    String endpoint,
    ForgeAddress address,
    RequestHeaders headers,
    byte[] body,
    Instant receivedAt) {

  /** Returns the id in the first header that has a valid one, or an id derived from the body. */
  DeliveryId id(String... idHeaders) {
    for (String header : idHeaders) {
      Optional<DeliveryId> given = headers.single(header).flatMap(DeliveryId::given);
      if (given.isPresent()) {
        return given.get();
      }
    }
    return DeliveryId.ofBody(body);
  }

  /** Returns the JSON: the body, or the field {@code payload} of a form. */
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

  /** Returns the value of the header that names the kind of event. */
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
    return new Origin.Webhook(endpoint, id.value(), actor.flatMap(OneLine::name), receivedAt);
  }

  /**
   * Returns the repository at a path of the forge.
   *
   * @throws IllegalArgumentException if the path is not valid
   */
  RepositoryId repository(String path) {
    return address.repository(path);
  }

  /**
   * Returns the repository of a clone or web URL.
   *
   * @throws IllegalArgumentException if it is not such a URL, or not on the endpoint's host
   */
  RepositoryId repositoryAt(String url) {
    return address.repositoryAt(url);
  }
}
