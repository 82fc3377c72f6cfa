package dev.sluice.api.http;

import dev.sluice.contract.event.Command;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What someone may do; each may do what the one before it may. */
public enum Role {
  /** Read. */
  VIEWER,
  /** Give every command but an approval. */
  OPERATOR,
  /** Let a generation pass the prune guard. */
  ADMIN;

  static Role parse(String name) {
    return Arrays.stream(values())
        .filter(role -> role.label().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected role="
                        + Arrays.stream(values())
                            .map(Role::label)
                            .collect(Collectors.joining("|"))));
  }

  /** The least role that may give the command. */
  static Role toGive(Command command) {
    return switch (command) {
      case Command.Reevaluate _,
          Command.Resync _,
          Command.Restore _,
          Command.Rebuild _,
          Command.Suspend _,
          Command.Resume _,
          Command.Discard _ ->
          OPERATOR;
      case Command.Approve _ -> ADMIN;
    };
  }

  boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
