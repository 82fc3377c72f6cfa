package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "resend",
    description =
        "Sends recorded targets again as new generations, with the files and the definition that"
            + " they had, from the log or the archive: in each cluster the newest one that was sent"
            + " in the selected time or for the selected events. Applications that get older inputs"
            + " are pinned to them until they are resumed.")
final class ResendVerb extends CommandVerbs.SelectingByHistory {

  @Option(
      names = "--generation",
      paramLabel = "NUMBER",
      description = "this generation, of one application in one cluster")
  private Optional<Long> generation = Optional.empty();

  ResendVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  void command(Api api, ObjectNode body) {
    ObjectNode resend = body.putObject("resend");
    generation.ifPresent(number -> resend.put("generation", number));
  }
}
