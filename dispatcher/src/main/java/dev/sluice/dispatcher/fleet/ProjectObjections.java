package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Project;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SourceSpec;
import java.util.List;
import java.util.Optional;

/**
 * The places where an application's document reaches outside of its project, as problems of the
 * document. What it renders to is checked by the workers.
 */
final class ProjectObjections {

  private final Fields spec;
  private final Definition definition;

  /**
   * Creates the objections to a document.
   *
   * @param spec of the document
   * @param definition that was read from it
   */
  ProjectObjections(Fields spec, Definition definition) {
    this.spec = spec;
    this.definition = definition;
  }

  /** Reports everything that is outside of the project. */
  void report() {
    definition.spec().project().ifPresent(this::report);
  }

  private void report(Project project) {
    List<SourceSpec> sources = definition.sources();
    boolean isOne = spec.has("source");
    for (int i = 0; i < sources.size(); i++) {
      problem(
          isOne ? "source.repository" : "sources[%d].repository".formatted(i),
          project.objectionTo(sources.get(i).repository()));
    }
    definition.remote().ifPresent(remote -> report(project, remote));
    for (ClusterTarget cluster : definition.clusters()) {
      problem("clusters", project.objectionTo(cluster.name()));
    }
    problem("namespace", project.objectionToNamespace(definition.spec().namespace()));
    problem(
        "policy.serviceAccount",
        project.objectionToAccount(definition.spec().policy().serviceAccount()));
  }

  private void report(Project project, RemotePolicy remote) {
    remote
        .bases()
        .forEach(base -> problem("policy.remote.bases", project.objectionTo(base.repository())));
    remote
        .charts()
        .forEach(
            charts -> problem("policy.remote.charts", project.objectionToCharts(charts.url())));
  }

  private void problem(String field, Optional<String> objection) {
    objection.ifPresent(message -> spec.problem(FleetRule.OUTSIDE_PROJECT, field, message));
  }
}
