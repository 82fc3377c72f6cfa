package dev.sluice.worker.render;

import dev.sluice.contract.fleet.Customization;

/**
 * Builds kustomizations with the machine's {@code kustomize} or {@code kubectl}, as its own process
 * in a directory that holds only the closure.
 *
 * <p>What the process cannot do:
 *
 * <ul>
 *   <li>read the machine's files: kustomize's own load restriction stays on, since a directory of
 *       its own does not stop {@code /etc/passwd} from being named. Bases at {@code ../} work under
 *       it; a single file outside of its kustomization's directory does not, as it does not with
 *       {@code kubectl apply -k};
 *   <li>reach the network: remote references are refused before it starts ({@link
 *       RemoteReferences}); of those that hide there is no {@code git} on its PATH, and its proxy
 *       is a closed port;
 *   <li>run plugins or helm: they stay off, and there is nothing on its PATH;
 *   <li>see the worker's environment;
 *   <li>run, write or allocate without end.
 * </ul>
 */
final class KustomizeRenderer implements Renderer {

  private static final String OVERLAY = "customization";

  private final KustomizeCommand command;
  private final Sandbox sandbox;

  KustomizeRenderer(KustomizeCommand command, Sandbox sandbox) {
    this.command = command;
    this.sandbox = sandbox;
  }

  @Override
  public String name() {
    return command.name();
  }

  /** Customizes as well: an overlay over the source's directory is one build, not two. */
  @Override
  public RenderResult render(RenderRequest request) throws RenderException, InterruptedException {
    String path = request.source().path();
    if (!path.isEmpty()) {
      InputPaths.checked(path);
    }
    RemoteReferences.refuse(request.source().files());
    Customization customization = request.source().options().customization();
    try (InputDirectory directory = InputDirectory.of(request.source(), sandbox.temporary())) {
      String built = path.isEmpty() ? "." : path;
      if (!customization.equals(Customization.NONE)) {
        directory.add(
            OVERLAY + "/kustomization.yaml",
            Overlay.text(customization, path.isEmpty() ? "../tree" : "../tree/" + path));
        built = "../" + OVERLAY;
      }
      String output = sandbox.run(name(), command.build(built), directory, request.shown());
      return RenderResult.of("kustomization " + request.shown(), output, name());
    }
  }

  /** Customizes what another renderer made. */
  RenderResult customize(RenderResult rendered, RenderRequest request)
      throws RenderException, InterruptedException {
    Customization customization = request.source().options().customization();
    try (InputDirectory directory = InputDirectory.empty(sandbox.temporary())) {
      directory.add(OVERLAY + "/objects.yaml", Overlay.objects(rendered));
      directory.add(OVERLAY + "/kustomization.yaml", Overlay.text(customization, "objects.yaml"));
      String output =
          sandbox.run(name(), command.build("../" + OVERLAY), directory, request.shown());
      return RenderResult.of(
          request.shown() + ", customized", output, rendered.renderer() + " + " + name());
    }
  }
}
