package dev.sluice.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The command in a request of a caller who is not known. Nothing else of the body is kept. */
final class AskedCommand {

  private static final Pattern KIND = Pattern.compile("[a-z-]{1,30}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9*?./~-]{1,130}");
  private static final int MAX_NAMES = 10;

  private AskedCommand() {}

  /** Returns the kind of the command and the names that it is for, such as {@code resync web}. */
  static Optional<String> of(String path, @Nullable Buffer body) {
    if (body == null) {
      return Optional.empty();
    }
    try {
      JsonNode request = Json.mapper().readTree(body.getBytes());
      List<String> words = new ArrayList<>();
      kind(path, request).ifPresent(words::add);
      for (String field : List.of("applications", "entries")) {
        for (JsonNode name : request.path(field)) {
          if (words.size() <= MAX_NAMES && NAME.matcher(name.asText()).matches()) {
            words.add(name.asText());
          }
        }
      }
      return Optional.of(String.join(" ", words)).filter(text -> !text.isEmpty());
    } catch (IOException e) {
      return Optional.empty(); // not JSON
    }
  }

  private static Optional<String> kind(String path, JsonNode request) {
    if (path.endsWith("/fleet-approvals")) {
      return Optional.of("approve-fleet");
    }
    if (request.has("resend")) {
      return Optional.of("resend");
    }
    if (request.has("restoreAt")) {
      return Optional.of("restore");
    }
    return Optional.of(request.at("/command/kind").asText(request.path("action").asText()))
        .filter(kind -> KIND.matcher(kind).matches());
  }
}
