package dev.sluice.standalone;

import dev.sluice.platform.process.EnvironmentProxies;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.process.ProxyLogins;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.CommandLineInterface;
import dev.sluice.standalone.client.Client;
import dev.sluice.standalone.demo.DemoCommand;
import dev.sluice.standalone.demo.SimulatedClusterCommand;
import dev.sluice.standalone.demo.TrainingCommand;
import dev.sluice.standalone.init.CheckDeliveryCommand;
import dev.sluice.standalone.init.InitCommand;
import dev.sluice.standalone.install.ClusterCommands;
import dev.sluice.standalone.install.InstallCommand;
import dev.sluice.standalone.install.RemoveCommands;
import dev.sluice.standalone.local.AffectedCommand;
import dev.sluice.standalone.local.KnownHostsCommand;
import dev.sluice.standalone.local.RenderCommand;
import dev.sluice.standalone.local.SendCommand;
import dev.sluice.standalone.local.ValidateCommand;
import dev.sluice.standalone.process.BrokerCommand;
import dev.sluice.standalone.process.PartCommands;
import dev.sluice.standalone.process.SnapshotCommands;
import dev.sluice.standalone.process.UpCommand;
import dev.sluice.standalone.verify.VerifyCommand;
import java.io.Console;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** The {@code sluice} program. */
public final class Main {

  private static final int WRONG_USAGE = 2;

  private Main() {}

  public static void main(String[] arguments) {
    FatalErrors.install();
    useProxies();
    System.exit(
        new CommandLineInterface(
                commands(),
                new Client(System.out, System.err, isWatched(), Clock.systemUTC())::verbs,
                System.getenv())
            .run(arguments));
  }

  private static void useProxies() {
    ProxyLogins.permit(); // before the first HTTP client: the fleet may name proxies later
    try {
      EnvironmentProxies.install(System.getenv());
    } catch (IllegalArgumentException e) {
      System.err.println("sluice: " + e.getMessage());
      System.exit(WRONG_USAGE);
    }
  }

  /** Returns the commands that read settings; {@link Client} has the others. */
  static List<Command> commands() {
    return List.of(
        InitCommand.command(),
        CheckDeliveryCommand.command(),
        InstallCommand.command(System.out, System.err),
        RemoveCommands.uninstall(System.out),
        ClusterCommands.group(),
        ClusterCommands.add(System.out, System.err),
        RemoveCommands.clusterRemove(System.out),
        UpCommand.command(),
        DemoCommand.command(),
        SimulatedClusterCommand.command(),
        TrainingCommand.command(),
        BrokerCommand.command(),
        PartCommands.receiver(),
        PartCommands.dispatcher(),
        PartCommands.worker(),
        PartCommands.api(),
        SnapshotCommands.snapshot(),
        SnapshotCommands.restore(),
        SendCommand.command(),
        ValidateCommand.command(),
        AffectedCommand.command(),
        RenderCommand.command(),
        KnownHostsCommand.group(),
        KnownHostsCommand.scan(),
        VerifyCommand.command());
  }

  private static boolean isWatched() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()
        && !"dumb".equals(System.getenv().getOrDefault("TERM", "dumb"));
  }
}
