package dev.sluice.worker.render;

import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.contract.name.ProgramArgument;
import dev.sluice.worker.api.ClusterFacts;
import dev.sluice.worker.helm.ChartArchives;
import dev.sluice.worker.helm.ChartRun;
import dev.sluice.worker.helm.HelmEngine;
import dev.sluice.worker.sandbox.InputDirectory;
import dev.sluice.worker.sandbox.InputPaths;
import dev.sluice.worker.sandbox.RenderException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Renders charts in the repository as {@code helm template} does, for one cluster's version and API
 * versions. A chart with missing dependencies is refused: nothing is downloaded, and {@code lookup}
 * finds no cluster.
 */
final class HelmRenderer implements Renderer {

  private final HelmEngine engine;

  HelmRenderer(HelmEngine engine) {
    this.engine = engine;
  }

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public RenderResult render(RenderRequest request) throws RenderException, InterruptedException {
    HelmOptions options = request.source().options().helm();
    String path = request.source().path();
    if (!path.isEmpty()) {
      InputPaths.checkedArgument(path);
    }
    requireArguments(request, options);
    String release = options.releaseName().orElse(request.application().value());
    try (InputDirectory directory =
        InputDirectory.of(request.source(), ValuesFiles.referred(request), engine.open())) {
      Path chart = directory.tree().resolve(path);
      if (!Files.exists(chart)) {
        throw RenderException.permanent(
            SourceFailure.NOT_A_CHART, "there is no chart at " + request.shown());
      }
      ChartArchives.refuseBombs(chart);
      if (Files.isDirectory(chart)) {
        new ChartDependencies(directory.tree()).provide(chart);
      }
      ClusterFacts facts = request.cluster().facts();
      requireKnown(facts.unavailable(), chart);
      ChartRun run =
          new ChartRun(
              chart,
              release,
              request.namespace(),
              facts,
              new ValuesFiles(directory, chart).prepare(request),
              options.set(),
              options.includeCrds());
      return RenderResult.of("chart " + request.shown(), template(run, directory, request), name());
    }
  }

  /**
   * Refuses for now a chart that may depend on kinds that are unknown at the moment. A chart asks
   * for a kind by its full name, {@code metrics.k8s.io/v1beta1/NodeMetrics}; versions are known.
   */
  private static void requireKnown(Set<String> unavailable, Path chart) throws RenderException {
    for (String apiVersion : unavailable) {
      if (ChartArchives.contains(chart, apiVersion + "/")) {
        throw RenderException.temporary(
            ApplyFailure.API_GROUP_UNAVAILABLE,
            "the chart depends on kinds of the API %s, whose server does not answer; the status of"
                    .formatted(apiVersion)
                + " its APIService has the reason",
            null);
      }
    }
  }

  private String template(ChartRun run, InputDirectory directory, RenderRequest request)
      throws RenderException, InterruptedException {
    try {
      return engine.template(run, directory, request.shown());
    } catch (RenderException e) {
      throw e.failure().code() == RenderFailure.RENDER_FAILED ? e.ofChart() : e;
    }
  }

  /** Repeats the dispatcher's checks, since other writers may have written the target. */
  private static void requireArguments(RenderRequest request, HelmOptions options)
      throws RenderException, InterruptedException {
    if (options.problem().isPresent()) {
      HelmOptions.Problem problem = options.problem().get();
      throw RenderException.permanent(
          problem.code(), problem.text() + ": correct the application in the fleet");
    }
    String release = options.releaseName().orElse(request.application().value());
    if (!ProgramArgument.RELEASE_NAME.accepts(release)) {
      throw RenderException.permanent(
          SourceFailure.INVALID_RELEASE_NAME,
          "'%s' cannot be a release's name, which must be %s: set the source's helm.releaseName"
              .formatted(release, ProgramArgument.RELEASE_NAME.rule()));
    }
    require("namespace", request.namespace(), ProgramArgument.NAMESPACE);
    String version = request.cluster().facts().kubeVersion();
    if (!version.isEmpty()) {
      require("Kubernetes version", version, ProgramArgument.KUBE_VERSION);
    }
  }

  private static void require(String what, String value, ProgramArgument argument)
      throws RenderException {
    Optional<String> problem = argument.problem(value);
    if (problem.isPresent()) {
      throw RenderException.permanent(
          SourceFailure.INVALID_ARGUMENT,
          "the %s that a chart is rendered for %s".formatted(what, problem.get()));
    }
  }
}
