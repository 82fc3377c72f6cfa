package dev.sluice.standalone.init;

import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.propose.Proposal;
import dev.sluice.standalone.init.InitSettings.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Printer of what remains to be done after a fleet was written. */
final class NextSteps {

  private final InitReport report;
  private final Target target;

  NextSteps(InitReport report, Target target) {
    this.report = report;
    this.target = target;
  }

  /**
   * Prints commands that create the namespaces of the applications.
   *
   * @param declared the namespaces that manifests declare
   */
  void namespaces(List<Proposal> applications, Set<String> declared) {
    Set<String> missing =
        applications.stream()
            .map(Proposal::namespace)
            .filter(namespace -> !declared.contains(namespace))
            .collect(Collectors.toCollection(TreeSet::new));
    if (!missing.isEmpty()) {
      report.line("");
      report.line("Create the namespaces that no manifest declares:");
      for (String namespace : missing) {
        report.line(
            "  kubectl create namespace %s --dry-run=client -o yaml | %s apply -f -"
                .formatted(namespace, target.kubectl()));
      }
    }
  }

  void start(Path fleet, WebhookSetup setup) {
    report.line("");
    report.line("Start Sluice:");
    report.line(
        "  ./sluice up --fleet %s%s \\"
            .formatted(ShellWord.of(fleet.toString()), target.options()));
    report.line("    --webhook-endpoint " + ShellWord.of(setup.option()));
  }

  void webhook(WebhookSetup setup, RecognisedForge.Basis basis) {
    report.line("");
    report.setup(setup);
    report.line("");
    if (setup.publicUrl().isEmpty()) {
      report.line(
          "HOST is an address of this machine that the server reaches. --public-url states another"
              + " URL, such as that of a proxy with TLS.");
    }
    switch (basis) {
      case HOST_NAME ->
          report.line("The kind of the server was taken from its name; --forge states another.");
      case NOTHING ->
          report.line(
              "The server is taken for a plain Git server, since its name says nothing else;"
                  + " --forge states another kind.");
      case GIVEN, HOST -> {}
    }
    report.line("docs/forges.md has more about each kind of server.");
  }

  void check(RepositoryId repository) {
    report.line("");
    report.line("Then push, and see whether the webhook arrives:");
    report.line("  ./sluice check-delivery --repository " + ShellWord.of(repository.value()));
  }
}
