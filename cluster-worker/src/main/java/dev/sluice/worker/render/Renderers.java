package dev.sluice.worker.render;

import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Customization;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.yaml.Allowance;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.process.LargePayloads;
import dev.sluice.worker.api.ClusterFacts;
import dev.sluice.worker.helm.HelmEngine;
import dev.sluice.worker.helm.HelmLibrary;
import dev.sluice.worker.helm.HelmProgram;
import dev.sluice.worker.helm.LibraryProcess;
import dev.sluice.worker.sandbox.InstalledProgram;
import dev.sluice.worker.sandbox.Isolation;
import dev.sluice.worker.sandbox.IsolationMode;
import dev.sluice.worker.sandbox.IsolationProbe;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sandbox.Sandbox;
import dev.sluice.worker.sandbox.VisibleFiles;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renders every type of source that this machine supports. A process has one: its workers share the
 * cache and the limit of concurrent renderings.
 */
public final class Renderers implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Renderers.class);
  private static final long CACHED_CHARACTERS = 32L << 20;

  /** Maximum size of the rendered sources of one application, checked before any is parsed. */
  private static final int MAX_CHARACTERS = Allowance.MAX_APPLICATION;

  private static final int PART_OF_HEAP = 16;

  private final Renderer plain = new PlainRenderer();
  private final Optional<KustomizeRenderer> kustomize;
  private final Optional<HelmRenderer> helm;
  private final IsolationMode isolation;
  private final Runnable stop;
  private final RenderCache cache = new RenderCache(CACHED_CHARACTERS);

  /**
   * Inputs may have a part of the heap, since text, JSON and parsed objects need several times
   * their size.
   */
  private final LargePayloads inMemory = LargePayloads.inHeap(PART_OF_HEAP);

  /** Limits concurrent processes to the number of cores; more gain nothing. */
  private final Semaphore running = new Semaphore(Runtime.getRuntime().availableProcessors(), true);

  Renderers(
      Optional<KustomizeRenderer> kustomize,
      Optional<HelmRenderer> helm,
      IsolationMode isolation,
      Runnable stop) {
    this.kustomize = kustomize;
    this.helm = helm;
    this.isolation = isolation;
    this.stop = stop;
  }

  /**
   * Finds the machine's programs once. Without kustomize and kubectl the plain sources work, and
   * each kustomization fails with a message that names what to install; the same holds for charts
   * without helm on a system without the library.
   */
  public static Renderers onThisMachine(RenderConfig config) throws InterruptedException {
    return onThisMachine(System.getenv().getOrDefault("PATH", ""), config);
  }

  /**
   * Finds programs in other directories than the PATH.
   *
   * @param path directories to search, separated as in the environment variable PATH
   */
  public static Renderers onThisMachine(String path, RenderConfig config)
      throws InterruptedException {
    Isolation isolation = isolation(path, config);
    Sandbox sandbox = new Sandbox(config.scratch(), config.limits(), isolation);
    Plugins plugins = new Plugins(config.plugins());
    Optional<HelmProgram> program = HelmProgram.find(path, sandbox);
    Optional<HelmEngine> engine =
        program.map(HelmEngine.class::cast).or(() -> HelmLibrary.find(sandbox));
    if (program.isEmpty() && engine.isPresent()) {
      log.warn(
          "helm 3 is not on the PATH: the built-in library renders charts, and refuses those with"
              + " hooks and those that look up objects");
    }
    return new Renderers(
        KustomizeCommand.find(path, sandbox)
            .map(command -> new KustomizeRenderer(command, program, plugins, sandbox)),
        engine.map(HelmRenderer::new),
        isolation.mode(),
        () -> {
          engine.ifPresent(HelmEngine::close);
          sandbox.close();
        });
  }

  /** Ends the processes that wait to render. */
  @Override
  public void close() {
    stop.run();
  }

  private static Isolation isolation(String path, RenderConfig config) throws InterruptedException {
    RenderConfig.Isolated isolated = config.isolated();
    List<Path> needed = new ArrayList<>(isolated.readable());
    for (String program : List.of("kustomize", "kubectl", "helm")) {
      InstalledProgram.find(program, path).ifPresent(needed::add);
    }
    config.plugins().map(Path::toAbsolutePath).map(Path::normalize).ifPresent(needed::add);
    needed.addAll(LibraryProcess.files());
    Isolation isolation =
        new IsolationProbe(VisibleFiles.with(needed), config.scratch(), config.limits())
            .strongest(isolated.mode(), path);
    if (isolation.mode() == IsolationMode.NONE && isolated.required()) {
      throw new ConfigurationException(
          List.of(
              new ConfigurationException.Problem(
                  "--require-render-isolation",
                  "renderers cannot be isolated here%s: install bubblewrap, or let the worker's user make user namespaces (docs/operations.md, Isolation of renderers)"
                      .formatted(isolated.mode().map(mode -> " by " + mode.text()).orElse("")))));
    }
    state(isolation.mode());
    return isolation;
  }

  private static void state(IsolationMode mode) {
    switch (mode) {
      case BUBBLEWRAP, NAMESPACES ->
          log.info(
              "renderers are isolated by {}: they see no process, file, environment or network of"
                  + " this machine but the system's programs",
              mode.text());
      case USER ->
          log.warn(
              "renderers are isolated by user: they run as users of their own, but reach the"
                  + " network");
      case NONE ->
          log.warn(
              "renderers are not isolated: a program that a repository brought to run would have"
                  + " this process's rights; see docs/operations.md, Isolation of renderers");
    }
  }

  /** Returns the limit of the inputs that this process renders and applies at a time, by size. */
  public LargePayloads inMemory() {
    return inMemory;
  }

  /** Returns the same renderers with an empty cache. */
  public Renderers withEmptyCache() {
    return new Renderers(kustomize, helm, isolation, stop);
  }

  /** Returns the isolation of renderers from this process. */
  public IsolationMode isolation() {
    return isolation;
  }

  /** Returns the program that builds kustomizations, with its version; empty if there is none. */
  public Optional<String> kustomizeName() {
    return kustomize.map(Renderer::name);
  }

  /** Returns the engine that renders charts, with its version; empty if there is none. */
  public Optional<String> helmName() {
    return helm.map(Renderer::name);
  }

  /**
   * Renders a target's sources in their order, or returns the cached result.
   *
   * @param cluster provides the facts for charts
   * @return the parts of all, and all renderers
   * @throws RenderException if one cannot be rendered, or not now
   * @throws InterruptedException if the calling thread was interrupted; nothing is left running
   */
  public RenderResult render(SyncEvent.Target target, ClusterFacts.Source cluster)
      throws RenderException, InterruptedException {
    List<RenderResult.Part> parts = new ArrayList<>();
    List<RenderResult.Part> again = new ArrayList<>();
    Set<String> names = new TreeSet<>();
    long characters = 0;
    for (SourceInputs source : target.sources()) {
      if (source.type() != SourceType.VALUES) {
        RenderResult result = render(RenderRequest.of(target, source, cluster));
        parts.addAll(result.parts());
        again.addAll(result.again().isEmpty() ? result.parts() : result.again());
        characters += result.parts().stream().mapToLong(part -> part.text().length()).sum();
        if (characters > MAX_CHARACTERS) {
          throw RenderException.permanent(
              SourceFailure.TOO_LARGE,
              "the sources render to more than %d Mi characters: split the application"
                  .formatted(MAX_CHARACTERS >> 20));
        }
        names.add(result.renderer());
      }
    }
    String renderer = String.join(", ", names);
    return new RenderResult(parts, renderer).and(new RenderResult(again, renderer));
  }

  RenderResult render(RenderRequest request) throws RenderException, InterruptedException {
    boolean customized = !request.source().options().customization().equals(Customization.NONE);
    return switch (request.source().type()) {
      case PLAIN -> customized ? cached(request, plain, true) : plain.render(request);
      case KUSTOMIZE -> cached(request, required(kustomize), false);
      case HELM -> cached(request, helm.orElseThrow(Renderers::nothingForCharts), customized);
      case VALUES -> new RenderResult(List.of(), "values");
    };
  }

  private RenderResult cached(RenderRequest request, Renderer renderer, boolean thenCustomized)
      throws RenderException, InterruptedException {
    String rendering = renderer.name(request);
    String name = thenCustomized ? rendering + " + " + required(kustomize).name() : rendering;
    String key = RenderCache.key(request, name);
    Optional<RenderResult> known = cache.find(key);
    if (known.isPresent()) {
      return known.get();
    }
    running.acquire();
    try {
      RenderResult result = rendered(request, renderer, thenCustomized);
      if (Generators.mayBeIn(request)) {
        result = result.and(rendered(request, renderer, thenCustomized));
      }
      if (renderer.name(request).equals(rendering)) { // a plugin may have been replaced meanwhile
        cache.put(key, result);
      }
      return result;
    } catch (InvalidPathException e) {
      throw RenderException.notInstalled(
          SourceFailure.BAD_NAME,
          "no file of this worker can have the name %s in the encoding %s: start the worker with LC_ALL=C.UTF-8, or rename the file"
              .formatted(e.getInput(), System.getProperty("sun.jnu.encoding")));
    } finally {
      running.release();
    }
  }

  private RenderResult rendered(RenderRequest request, Renderer renderer, boolean thenCustomized)
      throws RenderException, InterruptedException {
    RenderResult result = renderer.render(request);
    return thenCustomized ? required(kustomize).customize(result, request) : result;
  }

  private static KustomizeRenderer required(Optional<KustomizeRenderer> kustomize)
      throws RenderException {
    return kustomize.orElseThrow(
        () ->
            RenderException.permanent(
                RenderFailure.RENDERER_MISSING,
                "this worker has nothing to build kustomizations and to customize with: install"
                    + " kustomize (https://kubectl.docs.kubernetes.io/installation/kustomize/) or"
                    + " kubectl 1.21 or later on its PATH, and start it again"));
  }

  private static RenderException nothingForCharts() {
    return RenderException.permanent(
        RenderFailure.RENDERER_MISSING,
        "this worker has nothing to render charts with: install helm 3"
            + " (https://helm.sh/docs/intro/install/) on its PATH, and start it again");
  }
}
