package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Takes a stream of server-sent events apart. */
final class EventReader implements AutoCloseable {

  private static final String ID = "id: ";
  private static final String DATA = "data: ";

  private final BufferedReader reader;
  private Optional<String> lastId = Optional.empty();

  EventReader(InputStream stream) {
    this.reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
  }

  /** Returns the next event; empty when the stream has ended. */
  Optional<JsonNode> next() {
    try {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith(ID)) {
          lastId = Optional.of(line.substring(ID.length()));
        }
        if (line.startsWith(DATA)) {
          return Optional.of(Json.mapper().readTree(line.substring(DATA.length())));
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Returns the id of the last event, from which another stream can continue. */
  Optional<String> lastId() {
    return lastId;
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
