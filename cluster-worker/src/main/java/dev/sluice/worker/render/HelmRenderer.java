package dev.sluice.worker.render;

import dev.sluice.contract.fleet.HelmOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Renders charts that lie in the repository as {@code helm template} does, for one cluster's
 * version and API versions. What a chart needs is there or it is refused: nothing is downloaded,
 * {@code lookup} finds no cluster.
 */
final class HelmRenderer implements Renderer {

  /** Helm's own rule for release names. */
  private static final Pattern RELEASE =
      Pattern.compile(
          "(?=.{1,53}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  private static final Pattern SET_KEY = Pattern.compile("[^\\s,={}-][^\\s,={}]*");

  private final HelmEngine engine;
  private final Sandbox sandbox;

  HelmRenderer(HelmEngine engine, Sandbox sandbox) {
    this.engine = engine;
    this.sandbox = sandbox;
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
      InputPaths.checked(path);
    }
    String release = options.releaseName().orElse(request.application().value());
    if (!RELEASE.matcher(release).matches()) {
      throw RenderException.permanent(
          "InvalidReleaseName",
          "'%s' cannot be a release's name (at most 53 lower-case letters, digits, '-' and '.'):"
                  .formatted(release)
              + " set the source's helm.releaseName");
    }
    requireKeys(options.set());
    try (InputDirectory directory =
        InputDirectory.of(request.source(), ValuesFiles.referred(request), sandbox.temporary())) {
      Path chart = directory.tree().resolve(path);
      if (!Files.exists(chart)) {
        throw RenderException.permanent("NotAChart", "there is no chart at " + request.shown());
      }
      ChartArchives.refuseBombs(chart);
      if (Files.isDirectory(chart)) {
        new ChartDependencies(directory.tree()).provide(chart);
      }
      ChartRun run =
          new ChartRun(
              chart,
              release,
              request.namespace(),
              request.cluster().facts(),
              new ValuesFiles(directory, chart).prepare(request),
              options.set(),
              options.includeCrds());
      return RenderResult.of("chart " + request.shown(), template(run, directory, request), name());
    }
  }

  private String template(ChartRun run, InputDirectory directory, RenderRequest request)
      throws RenderException, InterruptedException {
    try {
      return engine.template(run, directory, request.shown());
    } catch (RenderException e) {
      throw e.failure().code().equals(Sandbox.RENDER_FAILED) ? e.ofChart() : e;
    }
  }

  private static void requireKeys(Map<String, String> sets) throws RenderException {
    for (String key : sets.keySet()) {
      if (!SET_KEY.matcher(key).matches()) {
        throw RenderException.permanent(
            "InvalidSet",
            "helm.set has the key '%s': it must be one key path, such as image.tag".formatted(key));
      }
    }
  }
}
