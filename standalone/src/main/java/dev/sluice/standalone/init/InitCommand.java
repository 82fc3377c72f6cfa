package dev.sluice.standalone.init;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.RepositoryPath;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.fleet.FleetReading;
import dev.sluice.inputs.closure.ApplicationClosures.Inputs;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.DefinitionResolver;
import dev.sluice.inputs.git.Artifacts;
import dev.sluice.inputs.git.MirrorLimits;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.propose.Proposal;
import dev.sluice.inputs.propose.Proposals;
import dev.sluice.inputs.propose.Proposer;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.cli.ScratchDirectory;
import dev.sluice.standalone.cli.TrustedCertificates;
import dev.sluice.standalone.init.InitSettings.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code sluice init}: a first fleet from a repository. It fetches the repository, proposes
 * applications, writes them as a fleet, and prints what to enter at the forge.
 */
public final class InitCommand {

  private final SettingValues values;
  private final PrintStream out;
  private final InitReport report;

  private InitCommand(SettingValues values, PrintStream out) {
    this.values = values;
    this.out = out;
    this.report = new InitReport(out);
  }

  public static Command command() {
    return new Command(
        "init",
        "Proposes applications for a repository, writes them as a fleet, creates the secret of a"
            + " webhook, and prints what to enter at the forge.",
        InitSettings.ALL,
        values -> run(values, System.out));
  }

  static int run(SettingValues values, PrintStream out) throws IOException {
    return new InitCommand(values, out).run();
  }

  private int run() throws IOException {
    TrustedCertificates.configure(values);
    Target target = InitSettings.target(values);
    SourceRepository repository = SourceRepository.of(InitSettings.repository(values), target);
    try (ScratchDirectory scratch = ScratchDirectory.create("sluice-init-");
        Mirrors mirrors =
            Mirrors.owning(
                scratch.path(), MirrorLimits.DEFAULT, Artifacts.NONE, Clock.systemUTC())) {
      SourceRepository.AtRef source = repository.fetch(mirrors, values.get(InitSettings.REF));
      return run(target, repository, source);
    }
  }

  private int run(Target target, SourceRepository repository, SourceRepository.AtRef source)
      throws IOException {
    String name = repository.inFleet().name();
    FleetText text =
        new FleetText(name, repository.fields(), target.name(), target.context(), source.ref());
    Proposals proposals =
        inNamespace(
            Proposer.propose(
                source.tree(),
                new Proposer.Request(
                    RepositoryPath.of(values.get(InitSettings.UNDER)),
                    name,
                    target.name().value())));
    Map<ApplicationName, String> refused = refused(text.of(proposals, Map.of()), source.tree());
    List<Proposal> accepted =
        proposals.applications().stream().filter(one -> !refused.containsKey(one.name())).toList();
    report.line(
        "%s at %s: %d %s"
            .formatted(
                repository.inFleet().id(),
                source.ref(),
                accepted.size(),
                accepted.size() == 1 ? "application" : "applications"));
    report.line("");
    report.proposals(proposals, refused);
    report.line("");
    if (accepted.isEmpty()) {
      throw new ExitException(
          1,
          "no application was found that can be applied as it is: see the reasons above, or write"
              + " the fleet by hand (docs/fleet.md)");
    }
    String fleet = text.of(proposals, refused);
    if (values.get(InitSettings.DRY_RUN)) {
      out.print(fleet);
      return 0;
    }
    write(fleet, repository);
    NextSteps next = new NextSteps(report, target);
    next.namespaces(accepted, proposals.namespaces());
    WebhookSetup setup =
        new WebhookSetup(
            repository.forge().address(repository.inFleet().id()),
            repository.inFleet().id(),
            values.get(InitSettings.SECRET_FILE),
            values.get(InitSettings.PUBLIC_URL));
    next.start(values.get(InitSettings.DIRECTORY), setup);
    next.webhook(setup, repository.forge().basis());
    next.check(repository.inFleet().id());
    return values
        .get(InitSettings.WAIT)
        .map(limit -> CheckDeliveryCommand.run(values, repository.inFleet().id(), limit, out, out))
        .orElse(0);
  }

  private Proposals inNamespace(Proposals proposals) {
    return values
        .get(InitSettings.NAMESPACE)
        .map(
            namespace ->
                new Proposals(
                    proposals.applications().stream()
                        .map(one -> one.inNamespace(namespace))
                        .toList(),
                    proposals.leftOut(),
                    proposals.namespaces()))
        .orElse(proposals);
  }

  /** Returns the applications whose inputs the dispatcher would refuse, with the reason. */
  private static Map<ApplicationName, String> refused(String fleet, SourceTree tree)
      throws IOException {
    FleetReading reading = FleetDirectory.read(fleet);
    if (!reading.problems().isEmpty()) {
      throw new IllegalStateException(
          "the proposed fleet is not valid: " + reading.problems().getFirst());
    }
    DefinitionResolver resolver = new DefinitionResolver(new ClosureResolver(Remotes.NONE));
    Map<ApplicationName, String> refused = new TreeMap<>();
    for (Definition definition : reading.definitions()) {
      for (Inputs inputs : resolver.resolve(definition, _ -> tree).clusters().values()) {
        if (inputs instanceof Inputs.Refused(var failure)) {
          refused.put(
              definition.application(), "%s (%s)".formatted(failure.message(), failure.code()));
        }
      }
    }
    return refused;
  }

  private void write(String fleet, SourceRepository repository) throws IOException {
    FleetDirectory directory = new FleetDirectory(values.get(InitSettings.DIRECTORY));
    directory.requireFree(fleet, values.get(InitSettings.FORCE));
    Path secret = values.get(InitSettings.SECRET_FILE);
    WebhookSecret.ensure(secret, repository.forge().forge());
    directory.write(fleet);
    report.line(
        "The fleet is in %s, the webhook's secret in %s.".formatted(directory.file(), secret));
    if (values.get(InitSettings.SHOW_SECRET)) {
      report.line("The secret is " + Files.readString(secret).strip());
    }
  }
}
