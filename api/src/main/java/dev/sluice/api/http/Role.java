package dev.sluice.api.http;

import dev.sluice.contract.event.Command;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Role of a principal. Each role includes the rights of the one before it. */
public enum Role {
  /** May read. */
  VIEWER,
  /** May give every command except an approval and a release outside of maintenance windows. */
  OPERATOR,
  /**
   * May approve deletions that the prune guard stopped, and removals of a fleet revision, and
   * release what waits for a maintenance window.
   */
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

  /** Returns the least role that may give the command. */
  static Role requiredFor(Command command) {
    return switch (command) {
      case Command.Reevaluate _,
          Command.Resync _,
          Command.Restore _,
          Command.Resend _,
          Command.Rebuild _,
          Command.Suspend _,
          Command.Resume _,
          Command.Discard _ ->
          OPERATOR;
      case Command.Release release -> release.ignoresWindows() ? ADMIN : OPERATOR;
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
