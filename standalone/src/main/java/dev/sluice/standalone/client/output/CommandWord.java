package dev.sluice.standalone.client.output;

import static dev.sluice.standalone.client.output.Column.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Words for a command as operators type it; events and the API name commands by their kinds. */
public final class CommandWord {

  /** The beginning of the reason of a generation that was sent for a command. */
  private static final String REASON = "command ";

  private CommandWord() {}

  /** Returns the verb of a command in an answer of the API, such as {@code sync --force}. */
  public static String of(JsonNode view) {
    JsonNode command = view.path("command");
    if (command.path("retries").isArray()) {
      return "retry";
    }
    return command.hasNonNull("fleet") ? "approve --fleet" : ofKind(text(command.path("kind")));
  }

  private static String ofKind(String kind) {
    return switch (kind) {
      case "re-evaluate" -> "sync";
      case "resync" -> "sync --force";
      case "restore" -> "rollback";
      default -> kind;
    };
  }

  /** Returns whether a generation was sent for a command. */
  public static boolean isCause(JsonNode generation) {
    return text(generation.path("reason")).startsWith(REASON);
  }

  /**
   * Returns why a generation was sent: a path, or the command. The reason has only the command's
   * kind, which a retry shares with other verbs.
   *
   * @param commands those that may have caused it
   */
  public static String reason(JsonNode generation, Collection<JsonNode> commands) {
    String reason = text(generation.path("reason"));
    if (!isCause(generation)) {
      return reason;
    }
    Map<String, JsonNode> known = new HashMap<>();
    commands.forEach(command -> known.put(text(command.path("id")), command));
    return REASON
        + generation
            .path("causes")
            .valueStream()
            .map(id -> known.get(text(id)))
            .filter(command -> command != null)
            .findFirst()
            .map(CommandWord::of)
            .orElseGet(() -> ofKind(reason.substring(REASON.length())));
  }

  /** Returns generations whose {@code reason} has commands as they are typed. */
  public static List<JsonNode> inReasons(
      List<JsonNode> generations, Collection<JsonNode> commands) {
    return generations.stream()
        .map(
            one ->
                isCause(one)
                    ? one.<ObjectNode>deepCopy().put("reason", reason(one, commands))
                    : one)
        .toList();
  }
}
