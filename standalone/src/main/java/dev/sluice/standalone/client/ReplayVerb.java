package dev.sluice.standalone.client;

import dev.sluice.standalone.cli.ExitException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The former spellings of {@code sync}, {@code rollback} and {@code rebuild}, for scripts. */
@Command(
    name = "replay",
    hidden = true,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "re-evaluate|resync|restore|rebuild",
    description = "Former spelling of sync, sync --force, rollback and rebuild.")
final class ReplayVerb implements Runnable {

  private ReplayVerb() {}

  static CommandLine with(Terminal terminal) {
    return new CommandLine(new ReplayVerb())
        .addSubcommand("re-evaluate", new CommandVerbs.Sync(terminal, false))
        .addSubcommand("resync", new CommandVerbs.Sync(terminal, true))
        .addSubcommand("restore", restore(terminal))
        .addSubcommand("rebuild", new RebuildVerb(terminal));
  }

  private static CommandLine restore(Terminal terminal) {
    CommandSpec rollback = CommandSpec.forAnnotatedObject(new CommandVerbs.Rollback(terminal));
    OptionSpec to = rollback.findOption("--to");
    rollback.remove(to).addOption(OptionSpec.builder(to).names("--at", "--to").build());
    return new CommandLine(rollback);
  }

  @Override
  public void run() {
    throw new ExitException(2, "expected sync, sync --force, rollback or rebuild");
  }
}
