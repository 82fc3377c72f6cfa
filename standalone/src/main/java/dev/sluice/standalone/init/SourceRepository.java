package dev.sluice.standalone.init;

import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.dispatcher.fleet.FleetProblem;
import dev.sluice.dispatcher.fleet.FleetReading;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.propose.Proposer;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.init.FleetText.RepositoryFields;
import dev.sluice.standalone.init.InitSettings.Target;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The repository that applications are proposed for.
 *
 * @param fields its fields in the fleet
 * @param inFleet the repository as the fleet's loader reads it
 */
record SourceRepository(RepositoryFields fields, FleetRepository inFleet, RecognisedForge forge) {

  private static final List<String> USUAL_BRANCHES = List.of("main", "master");

  /** The files of the repository at a ref. */
  record AtRef(String ref, SourceTree tree) {}

  /**
   * Reads the fields as the fleet's loader does.
   *
   * @throws IllegalArgumentException if they are not valid
   */
  static SourceRepository of(RepositoryFields fields, Target target) throws IOException {
    FleetRepository inFleet = read(fields, target);
    RecognisedForge forge = RecognisedForge.of(fields.forge(), inFleet.id());
    if (forge.basis() == RecognisedForge.Basis.HOST_NAME) {
      RepositoryFields complete = fields.of(forge.forge());
      return new SourceRepository(complete, read(complete, target), forge);
    }
    return new SourceRepository(fields, inFleet, forge);
  }

  /**
   * Fetches the repository.
   *
   * @param ref a branch or full ref; empty to try the usual names of default branches
   * @throws ExitException if it cannot be read, or has no such ref
   */
  AtRef fetch(Mirrors mirrors, Optional<String> ref) {
    List<String> refs = ref.map(List::of).orElse(USUAL_BRANCHES);
    for (String each : refs) {
      SourceSpec source = source(GitRef.parse(each));
      switch (mirrors.fetch(source, source.ref(), Optional.empty())) {
        case FetchOutcome.At(CommitId head, var _) -> {
          return new AtRef(each, mirrors.tree(inFleet.id(), head));
        }
        case FetchOutcome.Failed failed -> throw new ExitException(1, failed.reason());
        case FetchOutcome.Gone _, FetchOutcome.NotYet _ -> {}
      }
    }
    throw new ExitException(
        1,
        "%s has no %s: name the branch to follow with --ref"
            .formatted(inFleet.id(), String.join(" and no ", refs)));
  }

  private SourceSpec source(GitRef ref) {
    return new SourceSpec(
        inFleet.id(),
        inFleet.url(),
        inFleet.credentials(),
        inFleet.ssh(),
        inFleet.https(),
        inFleet.verify(),
        inFleet.artifact(),
        inFleet.interval(),
        ref,
        "",
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  private static FleetRepository read(RepositoryFields fields, Target target) throws IOException {
    FleetText text =
        new FleetText(name(fields.url()), fields, target.name(), target.context(), "main");
    FleetReading reading = FleetDirectory.read(text.head());
    if (!reading.problems().isEmpty()) {
      throw new IllegalArgumentException(
          reading.problems().stream()
              .map(SourceRepository::problem)
              .collect(Collectors.joining("; ")));
    }
    return reading.repositories().getFirst();
  }

  private static String problem(FleetProblem problem) {
    String field = problem.field().replaceFirst("^spec\\.", "");
    String option =
        switch (field) {
          case "url" -> "repository";
          case "ssh" -> "ssh-private-key";
          case "ssh.passphrase" -> "ssh-passphrase";
          default -> field;
        };
    return "--%s %s".formatted(option, problem.message());
  }

  /** Returns a name for the repository: the last part of its URL. */
  private static String name(String url) {
    return Proposer.name(url.replaceFirst("(\\.git)?/*$", "").replaceFirst("^.*[/:]", ""));
  }
}
