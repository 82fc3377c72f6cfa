package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.standalone.cli.ExitException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "rollback",
    description =
        "Sends the inputs of an older commit as a new generation, and pins the applications to"
            + " that commit until they are resumed.")
final class RollbackVerb extends CommandVerbs.SelectingByHistory {

  @Option(
      names = "--to",
      required = true,
      paramLabel = "COMMIT|TIME",
      description =
          "a commit id of the first source or its first seven digits or more, or a time (ISO"
              + " 8601): each cluster then gets the commit that it held at that time")
  private String to = "";

  RollbackVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  void command(Api api, ObjectNode body) {
    if (to.contains("T")) {
      body.put("restoreAt", to);
    } else if (to.matches("[0-9a-fA-F]{7,64}")) {
      body.set("command", kind("restore").put("commit", CommitEffects.full(api, to)));
    } else {
      throw new ExitException(
          2,
          "expected --to a commit id, or its first seven digits or more, or a time such as"
              + " 2026-01-31T02:00:00Z");
    }
  }
}
