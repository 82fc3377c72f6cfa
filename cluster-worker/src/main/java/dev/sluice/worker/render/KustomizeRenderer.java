package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.fleet.Customization;
import dev.sluice.worker.helm.HelmProgram;
import dev.sluice.worker.sandbox.InputDirectory;
import dev.sluice.worker.sandbox.InputPaths;
import dev.sluice.worker.sandbox.PluginEnvironment;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sandbox.Sandbox;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Builds kustomizations with the machine's {@code kustomize} or {@code kubectl}, as a process in a
 * directory that contains only the closure.
 *
 * <p>The process cannot:
 *
 * <ul>
 *   <li>read the machine's files: kustomize's own load restriction stays on, since a separate
 *       directory does not prevent naming {@code /etc/passwd}. Bases at {@code ../} work under it;
 *       a single file outside its kustomization's directory does not, as with {@code kubectl apply
 *       -k};
 *   <li>reach the network: remote references are refused before it starts ({@link
 *       KustomizeReferences}); for hidden ones there is no {@code git} on its PATH, and its proxy
 *       is a closed port;
 *   <li>run programs: plugins stay off, and its PATH is empty. Helm runs only for charts that lie
 *       within the directory ({@link KustomizeCharts}); plugins only where the policy and the
 *       worker's operator allow them ({@link Plugins}), and then without {@code git} too ({@link
 *       PluginEnvironment});
 *   <li>see the worker's environment;
 *   <li>run, write or allocate without limit.
 * </ul>
 */
final class KustomizeRenderer implements Renderer {

  private static final String OVERLAY = "customization";

  private final KustomizeCommand command;
  private final Optional<HelmProgram> helm;
  private final Plugins plugins;
  private final Sandbox sandbox;

  /**
   * Creates a renderer.
   *
   * @param helm renders the charts of kustomizations; without it, those are refused
   */
  KustomizeRenderer(
      KustomizeCommand command, Optional<HelmProgram> helm, Plugins plugins, Sandbox sandbox) {
    this.command = command;
    this.helm = helm;
    this.plugins = plugins;
    this.sandbox = sandbox;
  }

  @Override
  public String name() {
    return command.name();
  }

  @Override
  public String name(RenderRequest request) throws RenderException {
    if (!request.plugins()) {
      return name(); // a kustomization with plugins is refused
    }
    List<InputFile> files = RemoteBases.localized(request.source().files());
    return name() + Plugins.with(plugins.required(PluginReferences.of(files), request));
  }

  /**
   * Renders the customization in the same build: an overlay over the source's directory is one
   * build, not two.
   */
  @Override
  public RenderResult render(RenderRequest request) throws RenderException, InterruptedException {
    String path = request.source().path();
    if (!path.isEmpty()) {
      InputPaths.checkedArgument(path);
    }
    SourceInputs source =
        request.source().withFiles(RemoteBases.localized(request.source().files()));
    KustomizeCharts charts = KustomizeCharts.of(source.files());
    PluginReferences references = PluginReferences.of(charts.kustomizations(source.files()));
    List<Plugins.Installed> installed = plugins.required(references, request);
    if (!charts.areNone()) {
      references.required(); // refuses files that may hide a chart outside the tree
    }
    Map<String, Set<String>> fields = KustomizeReferences.check(source);
    List<InputFile> files = charts.without(source.files());
    LargeFiles.refusePointers(files);
    LostCharacters.refuse(files, fields);
    Customization customization = source.options().customization();
    try (InputDirectory directory = InputDirectory.of(source, sandbox.open())) {
      String built = path.isEmpty() ? "." : "./" + path; // neither an option nor a URL
      if (!customization.equals(Customization.NONE)) {
        directory.add(
            OVERLAY + "/kustomization.yaml",
            Overlay.text(customization, path.isEmpty() ? "../tree" : "../tree/" + path));
        built = "../" + OVERLAY;
      }
      if (!charts.areNone()) {
        charts.require(directory.tree());
      }
      if (!installed.isEmpty()) {
        return withPlugins(built, installed, !charts.areNone(), directory, request);
      }
      if (!charts.areNone()) {
        return withCharts(built, directory, request);
      }
      String output = sandbox.run(name(), command.build(built), directory, request.shown());
      return RenderResult.of("kustomization " + request.shown(), output, name());
    }
  }

  private RenderResult withCharts(String built, InputDirectory directory, RenderRequest request)
      throws RenderException, InterruptedException {
    HelmProgram program = requiredHelm(request);
    String both = name() + " with " + program.name();
    String output =
        sandbox.run(both, command.build(built, program.file()), directory, request.shown());
    return RenderResult.of("kustomization " + request.shown(), output, both);
  }

  private RenderResult withPlugins(
      String built,
      List<Plugins.Installed> installed,
      boolean charts,
      InputDirectory directory,
      RenderRequest request)
      throws RenderException, InterruptedException {
    String all = name() + (charts ? " with " + requiredHelm(request).name() : "");
    // enabling plugins enables charts; without charts, helm is a program that does not exist
    Path file = charts ? requiredHelm(request).file() : directory.home().resolve("helm");
    String output =
        sandbox.run(
            all,
            command.buildWithPlugins(built, file),
            PluginEnvironment.in(directory, plugins.directory()),
            directory,
            request.shown());
    return RenderResult.of(
        "kustomization " + request.shown(), output, all + Plugins.with(installed));
  }

  private HelmProgram requiredHelm(RenderRequest request) throws RenderException {
    return helm.orElseThrow(
        () ->
            RenderException.permanent(
                RenderFailure.NEEDS_HELM,
                "%s has charts (helmCharts), which kustomize has the helm program render: install helm 3"
                        .formatted(request.shown())
                    + " (https://helm.sh/docs/intro/install/) on the worker's PATH, and start it"
                    + " again"));
  }

  /** Customizes the output of another renderer. */
  RenderResult customize(RenderResult rendered, RenderRequest request)
      throws RenderException, InterruptedException {
    Customization customization = request.source().options().customization();
    try (InputDirectory directory = sandbox.open()) {
      directory.add(OVERLAY + "/objects.yaml", Overlay.objects(rendered));
      directory.add(OVERLAY + "/kustomization.yaml", Overlay.text(customization, "objects.yaml"));
      String output =
          sandbox.run(name(), command.build("../" + OVERLAY), directory, request.shown());
      return RenderResult.of(
          request.shown() + ", customized", output, rendered.renderer() + " + " + name());
    }
  }
}
