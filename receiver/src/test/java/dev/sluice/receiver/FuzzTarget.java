package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.ForgeAddress;
import dev.sluice.receiver.authenticity.Authenticator;
import dev.sluice.receiver.endpoint.LiveEndpoint;
import dev.sluice.receiver.payload.Delivery;
import dev.sluice.receiver.payload.Parsed;
import dev.sluice.receiver.payload.PayloadReader;
import dev.sluice.receiver.request.RequestHeaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Entry point for a coverage-guided fuzzer, for one forge at a time. The first byte of the input
 * selects the headers of a sample delivery, the rest is the body; then the same bytes are used as
 * the value of the signature header. Any exception is a finding.
 */
public final class FuzzTarget {

  private static List<OwnDelivery> deliveries = List.of();
  private static Optional<ForgeAddress> address = Optional.empty();
  private static PayloadReader reader = _ -> new Parsed.Malformed("not initialized");
  private static Authenticator authenticator = _ -> Optional.empty();
  private static List<String> signatureHeaders = List.of();

  private FuzzTarget() {}

  /** Initializes the target; the argument is the forge. */
  public static void fuzzerInitialize(String[] arguments) throws IOException {
    Forge forge = Forge.valueOf(arguments[0]);
    Path directory = Files.createTempDirectory("fuzz");
    LiveEndpoint endpoint =
        Objects.requireNonNull(
            LiveEndpoint.resolve(List.of(OwnDelivery.endpoint(forge, directory)), Clock.systemUTC())
                .get(forge.configName()));
    deliveries = OwnDelivery.of(forge);
    address = Optional.of(endpoint.endpoint().address());
    reader = endpoint.reader();
    authenticator = endpoint.authenticator();
    signatureHeaders =
        List.copyOf(Signed.as(forge, OwnDelivery.SECRET, new byte[0], new byte[0]).keySet());
  }

  /** Runs one input. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    Map<String, String> headers = deliveries.get((input[0] & 0xff) % deliveries.size()).headers();
    byte[] body = Arrays.copyOfRange(input, 1, input.length);
    Parsed parsed =
        reader.read(
            new Delivery(
                "forge",
                address.orElseThrow(),
                RequestHeaders.of(headers.entrySet()),
                body,
                Instant.EPOCH));
    if (parsed instanceof Parsed.Events parsedEvents) {
      parsedEvents.events().forEach(FuzzTarget::check);
    }
    Map<String, String> signed = new LinkedHashMap<>(headers);
    signatureHeaders.forEach(name -> signed.put(name, new String(body, ISO_8859_1)));
    if (authenticator
        .begin(RequestHeaders.of(signed.entrySet()))
        .map(check -> check.accepts(body))
        .orElse(false)) {
      throw new IllegalStateException("authentic without the secret");
    }
  }

  private static void check(ChangeEvent event) {
    if (!event.repository().value().startsWith(OwnDelivery.HOST + "/")) {
      throw new IllegalStateException("a repository on another host: " + event.repository());
    }
    EventCodec.value(event);
  }
}
