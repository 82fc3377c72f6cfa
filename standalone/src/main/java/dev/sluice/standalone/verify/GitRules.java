package dev.sluice.standalone.verify;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.dispatcher.decide.InputDigest;
import dev.sluice.inputs.closure.ApplicationClosures;
import dev.sluice.inputs.closure.ApplicationClosures.Inputs;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.DefinitionResolver;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.remote.FetchedRemotes;
import dev.sluice.inputs.remote.RemoteArtifacts;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rules for Git (I5, I6): fetches every source into new mirrors, and compares its inputs with those
 * that were sent last.
 */
final class GitRules {

  private final Path scratch;
  private final List<Violation> violations = new ArrayList<>();
  private final List<Findings.Incomparable> incomparable = new ArrayList<>();

  GitRules(Path scratch) {
    this.scratch = scratch;
  }

  Findings check(LogEvidence log) {
    Path directory = scratch.resolve("mirrors");
    try (Mirrors mirrors =
            new Mirrors(
                directory, new RemoteArtifacts(directory, Clock.systemUTC()), Clock.systemUTC());
        FetchedRemotes remotes = FetchedRemotes.within(directory, mirrors, Clock.systemUTC())) {
      DefinitionResolver resolver = new DefinitionResolver(new ClosureResolver(remotes));
      for (StateRecord state : log.states()) {
        if (state instanceof ApplicationState application && application.definition().isPresent()) {
          check(application, application.definition().get(), log.clusters(), mirrors, resolver);
        }
      }
    }
    return new Findings(violations, incomparable);
  }

  /** Returns whether the inputs were refused, and may lack a signature. */
  private static boolean isUnverified(
      ApplicationState state, Definition definition, ClusterName cluster) {
    return definition.sources().stream().anyMatch(source -> source.verify().isPresent())
        && (state.refused().containsKey(cluster)
            || state.possible().filter(map -> map.containsKey(cluster)).isPresent());
  }

  private void check(
      ApplicationState state,
      Definition definition,
      Set<ClusterName> checked,
      Mirrors mirrors,
      DefinitionResolver resolver) {
    Map<SourceSpec, SourceTree> trees = new HashMap<>();
    List<String> commits = new ArrayList<>();
    for (SourceSpec source : definition.sources()) {
      FetchOutcome outcome = mirrors.fetch(source, source.ref(), Optional.empty());
      if (outcome instanceof FetchOutcome.Failed failed) {
        incomparable.add(
            new Findings.Incomparable(definition.application().value(), failed.reason()));
        return;
      }
      if (!(outcome instanceof FetchOutcome.At(var commit, var _))) {
        return;
      }
      commits.add(commit.abbreviated());
      trees.put(source, mirrors.tree(source.repository(), commit));
    }
    ApplicationClosures closures = resolver.resolve(definition, trees::get);
    for (ClusterTarget cluster : definition.clusters()) {
      if (!checked.contains(cluster.name())
          || state.holds().containsKey(cluster.name())
          || state.withheld(cluster.name()).isPresent()
          || isUnverified(state, definition, cluster.name())
          || !(closures.clusters().get(cluster.name()) instanceof Inputs.Resolved inputs)) {
        continue;
      }
      String expected = InputDigest.of(definition, inputs);
      Optional<String> sent =
          Optional.ofNullable(state.dispatched().get(cluster.name()))
              .flatMap(StateRecord.Dispatched::inputDigest);
      if (!sent.equals(Optional.of(expected))) {
        violations.add(
            new Violation(
                Guarantee.I5_CONVERGENT,
                cluster.name() + "/" + definition.application(),
                "the inputs at Git's commit %s are not those that were sent last"
                    .formatted(String.join(", ", commits))));
      }
    }
  }
}
