package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.name.Forge;
import dev.sluice.receiver.endpoint.Endpoint;
import dev.sluice.receiver.request.FormBody;
import dev.sluice.receiver.request.RequestHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Sample delivery from {@code deliveries/FORGE.txt}: headers and body as the forge would send them,
 * without a signature, and the expected result.
 */
record OwnDelivery(
    Forge forge, String name, String expected, Map<String, String> headers, String body) {

  static final String SECRET = "user:a secret of the test";
  static final String HOST = "git.example.com";

  /** Returns the sample deliveries of every forge. */
  static List<OwnDelivery> all() {
    return Arrays.stream(Forge.values()).flatMap(forge -> of(forge).stream()).toList();
  }

  static List<OwnDelivery> of(Forge forge) {
    List<OwnDelivery> deliveries = new ArrayList<>();
    for (String section : text(forge).split("(?m)^=== ", -1)) {
      if (!section.isEmpty()) {
        deliveries.add(parse(forge, section));
      }
    }
    return deliveries;
  }

  /** Returns an endpoint that accepts the deliveries of a forge, named like the forge. */
  static Endpoint endpoint(Forge forge, Path directory) throws IOException {
    Path secret = Files.writeString(directory.resolve(forge.configName()), SECRET);
    return Endpoint.parse(
        "name=%s,forge=%s,host=%s,secret=file:%s"
            .formatted(forge.configName(), forge.configName(), HOST, secret));
  }

  /** Returns the headers, including those that authenticate the sender. */
  Map<String, String> authenticHeaders() {
    Map<String, String> all = new LinkedHashMap<>(headers);
    boolean form = FormBody.isForm(RequestHeaders.of(headers.entrySet()));
    byte[] raw = body.getBytes(UTF_8);
    all.putAll(Signed.as(forge, SECRET, form ? FormBody.field("payload", raw) : raw, raw));
    return all;
  }

  @Override
  public String toString() {
    return forge.configName() + " " + name;
  }

  private static OwnDelivery parse(Forge forge, String section) {
    String[] parts = section.split("\n\n", 2);
    List<String> lines = parts[0].lines().toList();
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line : lines.subList(2, lines.size())) {
      headers.put(line.split(": ", 2)[0], line.split(": ", 2)[1]);
    }
    return new OwnDelivery(
        forge,
        lines.getFirst(),
        lines.get(1).substring("expect: ".length()),
        headers,
        parts[1].stripTrailing());
  }

  private static String text(Forge forge) {
    String resource = "/deliveries/" + forge.configName() + ".txt";
    try (InputStream in = OwnDelivery.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(in, resource).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
