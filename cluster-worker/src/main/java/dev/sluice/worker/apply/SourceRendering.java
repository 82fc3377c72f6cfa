package dev.sluice.worker.apply;

import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.ManifestReader;
import dev.sluice.worker.manifest.Normaliser;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.plan.Desired;
import dev.sluice.worker.render.RenderException;
import dev.sluice.worker.render.RenderResult;
import dev.sluice.worker.render.Renderers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;

/** Renders a target's sources, reads what came out and makes it what is sent to this cluster. */
final class SourceRendering implements Rendering {

  private final Renderers renderers;
  private final Discovery discovery;
  private final String installation;

  SourceRendering(Renderers renderers, Discovery discovery, String installation) {
    this.renderers = renderers;
    this.discovery = discovery;
    this.installation = installation;
  }

  @Override
  public Desired render(SyncEvent.Target target)
      throws RenderException, ManifestException, InterruptedException {
    List<Manifest> manifests = new ArrayList<>();
    Set<String> used = new TreeSet<>();
    for (SourceInputs source : target.sources()) {
      RenderResult result = renderers.render(source);
      used.add(result.renderer());
      for (RenderResult.Part part : result.parts()) {
        manifests.addAll(ManifestReader.read(part.text(), part.source()));
        ManifestReader.limit(manifests.size(), part.source());
      }
    }
    Normaliser normaliser =
        new Normaliser(
            new Ownership(installation, target.application()),
            target.spec().namespace(),
            this::namespaced);
    return new Desired(normaliser.normalise(manifests), String.join(", ", used));
  }

  private Optional<Boolean> namespaced(String apiVersion, String kind) {
    try {
      return discovery.find(apiVersion, kind).map(ApiResource::namespaced);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while asking what kinds there are");
    }
  }
}
