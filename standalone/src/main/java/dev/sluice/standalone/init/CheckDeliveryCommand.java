package dev.sluice.standalone.init;

import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.CommandLineInterface;
import dev.sluice.standalone.cli.Visible;
import dev.sluice.standalone.client.Api;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** {@code sluice check-delivery}: waits for the first delivery of a repository's webhook. */
public final class CheckDeliveryCommand {

  private static final Setting<RepositoryId> REPOSITORY =
      Setting.of(
          "repository",
          "URL|HOST[:PORT]/PATH",
          "the repository: its clone URL, or its name in the topics",
          RepositoryId::parse);
  private static final Setting<Duration> TIMEOUT =
      Setting.duration("timeout", "how long to wait for a delivery").or("5m");

  private CheckDeliveryCommand() {}

  public static Command command() {
    return new Command(
        "check-delivery",
        "Waits until a push webhook of a repository has arrived, and prints when it did. Exits with"
            + " 1 at once if a delivery is refused, or if no endpoint takes the repository, and"
            + " with 5 if nothing arrives in time; then it prints what to check.",
        List.of(REPOSITORY, TIMEOUT, CommandLineInterface.SERVER, CommandLineInterface.TOKEN),
        values -> run(values, values.get(REPOSITORY), values.get(TIMEOUT), System.out, System.err));
  }

  /**
   * Waits for a delivery.
   *
   * @param values the API's address and token
   */
  static int run(
      SettingValues values,
      RepositoryId repository,
      Duration limit,
      PrintStream out,
      PrintStream err) {
    try (Api api =
        new Api(
            values.get(CommandLineInterface.SERVER),
            values.get(CommandLineInterface.TOKEN),
            Api.LIMIT)) {
      DeliveryCheck check =
          new DeliveryCheck(
              api, repository, InstantSource.system(), text -> err.println(Visible.line(text)));
      out.println(Visible.line(check.await(limit)));
      return 0;
    }
  }
}
