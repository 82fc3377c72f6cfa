package dev.sluice.worker.plan;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.worker.api.ClusterFacts;
import dev.sluice.worker.manifest.HelmHooks;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.ManifestReader;
import dev.sluice.worker.manifest.Normaliser;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.manifest.Scopes;
import dev.sluice.worker.render.RenderException;
import dev.sluice.worker.render.RenderResult;
import dev.sluice.worker.render.Renderers;
import java.util.ArrayList;
import java.util.List;

/** The way from a target to the objects it means: rendered, read and normalised. */
public final class TargetReader {

  private final Renderers renderers;
  private final String installation;

  /**
   * Reads targets for one installation.
   *
   * @param installation its id: it owns what it writes
   */
  public TargetReader(Renderers renderers, String installation) {
    this.renderers = renderers;
    this.installation = installation;
  }

  /**
   * The objects that the application should have; at least one.
   *
   * @param scopes of the kinds that the cluster serves
   * @param cluster asked where a chart is rendered
   * @throws RenderException if a source does not render, or not now
   * @throws ManifestException if what was rendered cannot be applied, or is nothing
   */
  public Desired read(SyncEvent.Target target, Scopes scopes, ClusterFacts.Source cluster)
      throws RenderException, ManifestException, InterruptedException {
    RenderResult rendered = renderers.render(target, cluster);
    List<Manifest> manifests = new ArrayList<>();
    for (RenderResult.Part part : rendered.parts()) {
      ManifestReader.read(part.text(), part.source()).stream()
          .filter(HelmHooks::isApplied)
          .forEach(manifests::add);
      ManifestReader.limit(manifests.size(), part.source());
    }
    if (manifests.isEmpty()) {
      throw ManifestException.empty(target.sources().getFirst().path());
    }
    Normaliser normaliser =
        new Normaliser(
            new Ownership(installation, target.application()), target.spec().namespace(), scopes);
    return new Desired(normaliser.normalise(manifests), rendered.renderer());
  }
}
