package dev.sluice.receiver.payload;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.ForgeAddress;
import dev.sluice.receiver.request.RequestHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/** Sample deliveries for tests. */
final class Deliveries {

  static final Instant RECEIVED = Instant.parse("2026-01-02T03:04:05Z");

  private Deliveries() {}

  static Delivery of(byte[] body, Map<String, String> headers) {
    return at(ForgeAddress.parse(Forge.GITLAB, "git.example.com"), body, headers);
  }

  static Delivery at(ForgeAddress address, byte[] body, Map<String, String> headers) {
    return new Delivery("forge", address, RequestHeaders.of(headers.entrySet()), body, RECEIVED);
  }

  static String fixture(String name) {
    try (InputStream in = Deliveries.class.getResourceAsStream("/payloads/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
