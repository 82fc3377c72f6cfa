package dev.sluice.worker.render;

import dev.sluice.contract.event.SourceInputs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Renders every type of source that this machine can. One for a process: its workers share the
 * cache and the limit of what runs at a time.
 */
public final class Renderers {

  private static final long CACHED_CHARACTERS = 32L << 20;

  private final Renderer plain = new PlainRenderer();
  private final Optional<KustomizeRenderer> kustomize;
  private final RenderCache cache = new RenderCache(CACHED_CHARACTERS);

  Renderers(Optional<KustomizeRenderer> kustomize) {
    this.kustomize = kustomize;
  }

  /**
   * Looks once for what the machine offers. Without kustomize and kubectl the plain sources work,
   * and each kustomization fails with a message that says what to install.
   *
   * @param path where programs are looked for, as in the environment variable PATH
   * @param temporary an existing directory, for the inputs of what is being rendered
   * @param limit of one rendering
   */
  public static Renderers onThisMachine(String path, Path temporary, Duration limit)
      throws InterruptedException {
    int cores = Runtime.getRuntime().availableProcessors();
    return new Renderers(
        KustomizeCommand.find(path)
            .map(command -> new KustomizeRenderer(command, temporary, limit, cores)));
  }

  /** What builds kustomizations, with its version; empty if nothing does. */
  public Optional<String> kustomizeName() {
    return kustomize.map(Renderer::name);
  }

  /**
   * Renders one source, or remembers how it rendered.
   *
   * @throws RenderException if it does not render, or not now
   * @throws InterruptedException if the calling thread was interrupted; nothing is left running
   */
  public RenderResult render(SourceInputs inputs) throws RenderException, InterruptedException {
    return switch (inputs.type()) {
      case PLAIN -> plain.render(inputs);
      case KUSTOMIZE -> cached(kustomize.orElseThrow(Renderers::nothingBuilds), inputs);
      case HELM, VALUES ->
          throw RenderException.permanent("Unsupported", "this worker does not render charts yet");
    };
  }

  private RenderResult cached(Renderer renderer, SourceInputs inputs)
      throws RenderException, InterruptedException {
    String key = RenderCache.key(inputs, renderer.name());
    Optional<RenderResult> known = cache.find(key);
    if (known.isPresent()) {
      return known.get();
    }
    RenderResult result = renderer.render(inputs);
    cache.put(key, result);
    return result;
  }

  private static RenderException nothingBuilds() {
    return RenderException.permanent(
        "RendererMissing",
        "this worker has nothing to build kustomizations with: install kustomize"
            + " (https://kubectl.docs.kubernetes.io/installation/kustomize/) or kubectl 1.21 or"
            + " later on its PATH, and start it again");
  }
}
