package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.standalone.cli.ExitException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "replay",
    description =
        "Asks for something again: --mode re-evaluate (look at Git again), resync (current inputs"
            + " as a new generation) or restore (the inputs of --to COMMIT).")
final class ReplayVerb extends CommandVerbs.Commanding {

  @Option(names = "--mode", required = true, description = "re-evaluate, resync or restore")
  private String mode = "";

  @Option(names = "--to", paramLabel = "COMMIT", description = "for restore: the whole id")
  private Optional<String> commit = Optional.empty();

  ReplayVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  ObjectNode command() {
    return switch (mode) {
      case "re-evaluate", "resync" -> kind(mode);
      case "restore" ->
          kind(mode)
              .put(
                  "commit",
                  commit.orElseThrow(() -> new ExitException(2, "restore needs --to COMMIT")));
      default -> throw new ExitException(2, "expected --mode re-evaluate, resync or restore");
    };
  }
}
