package dev.sluice.receiver.payload;

import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.receiver.authenticity.RequestHeaders;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An authentic request.
 *
 * @param endpoint name of the endpoint it came to
 * @param host the forge's host by the endpoint's configuration; what the body says of hosts is not
 *     believed
 * @param receivedAt when its last byte was read
 */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
public record Delivery(
    String endpoint, String host, RequestHeaders headers, byte[] body, Instant receivedAt) {

  private static final Pattern PRINTABLE = Pattern.compile("[!-~]{1,128}");

  /**
   * The delivery's id, the same when the forge delivers it again: from the first of the headers
   * that is there and printable, else the SHA-256 of the body.
   */
  public String id(List<String> idHeaders) {
    for (String header : idHeaders) {
      Optional<String> id = headers.single(header).filter(v -> PRINTABLE.matcher(v).matches());
      if (id.isPresent()) {
        return id.get();
      }
    }
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
      return "sha256:" + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  Origin origin(String id, Optional<String> actor) {
    return new Origin.Webhook(endpoint, id, actor, receivedAt);
  }

  /**
   * The repository at a path of the forge.
   *
   * @throws MalformedPayloadException naming the field
   */
  RepositoryId repository(JsonFields fields, String pathField) throws MalformedPayloadException {
    return fields.required(pathField, path -> RepositoryId.of(host, path));
  }
}
