package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.standalone.process.OneProcess;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.PersonIdent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verbs show who changed the definition of an application in the fleet, and what. */
class DefinitionHistoryIT {

  @Test
  void aCommittedChangeOfTheFleetIsShownWithItsAuthor(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING, PRODUCTION);
        Git git = Git.init().setDirectory(directory.resolve("fleet").toFile()).call()) {
      scenario
          .client(PRODUCTION)
          .namespaces()
          .resource(
              new NamespaceBuilder()
                  .withNewMetadata()
                  .withName(scenario.namespace())
                  .endMetadata()
                  .build())
          .create();
      scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
      scenario.commit(Map.of("web/configmap.yaml", configMap("web", "x")));
      CommitId first = commit(git, "ada", "Deploy web");
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> applied(sluice) == 1);
      }
      // while nothing runs, so that the change is never read before it is committed
      scenario.fleet().replace("names: [staging]", "names: [staging, production]");
      CommitId second = commit(git, "grace", "Deploy web to production\n\nAs planned.");
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> applied(sluice) == 2);
        scenario.write(
            scenario.kafka().topics().changes(),
            new ChangeEvent.MergeRecorded(
                new RepositoryId("localhost/scenario/fleet"),
                GitRef.branch("main"),
                Optional.of(second),
                Optional.empty(),
                Optional.empty(),
                7,
                "Web goes to production",
                Optional.of("grace"),
                Optional.of("mary"),
                Optional.of("https://localhost/scenario/fleet/pull/7"),
                new Origin.Webhook("hub", "merge-7", Optional.of("mary"), Instant.now()),
                Optional.empty()));
        patiently()
            .until(
                () -> CommandRun.of(sluice, "history", "web", "-o", "wide").out().contains("#7"));

        assertThat(CommandRun.of(sluice, "history", "web", "-o", "wide").words())
            .contains(
                "production 1 fleet.yaml grace %s #7 by grace, merged by mary: https://localhost/scenario/fleet/pull/7 clusters [staging] -> [production, staging]"
                    .formatted(second.abbreviated()),
                "staging 1 fleet.yaml ada %s - defined, for clusters [staging]"
                    .formatted(first.abbreviated()));
        assertThat(CommandRun.of(sluice, "describe", "web").words())
            .contains(
                "fleet.yaml changed by grace in %s (Deploy web to production), #7 by grace, merged by mary"
                    .formatted(second.abbreviated()));
        assertThat(
                CommandRun.of(
                        sluice,
                        "trace",
                        "ConfigMap/web",
                        "--cluster",
                        PRODUCTION.value(),
                        "--namespace",
                        scenario.namespace())
                    .words())
            .contains(
                "fleet fleet.yaml changed by grace in %s (Deploy web to production), #7 by grace, merged by mary: https://localhost/scenario/fleet/pull/7 clusters [staging] -> [production, staging]"
                    .formatted(second.abbreviated()));
      }
    }
  }

  private static long applied(OneProcess sluice) {
    return CommandRun.of(sluice, "history", "web")
        .out()
        .lines()
        .filter(line -> line.contains(" applied "))
        .count();
  }

  private static CommitId commit(Git git, String author, String message) throws GitAPIException {
    git.add().addFilepattern(".").call();
    PersonIdent person = new PersonIdent(author, author + "@example.com");
    return new CommitId(
        git.commit()
            .setAuthor(person)
            .setCommitter(person)
            .setMessage(message)
            .setSign(false)
            .call()
            .name());
  }
}
