package dev.sluice.worker.plan;

import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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
   * @throws RenderException if a source does not render, or not now
   * @throws ManifestException if what was rendered cannot be applied, or is nothing
   */
  public Desired read(SyncEvent.Target target, Scopes scopes)
      throws RenderException, ManifestException, InterruptedException {
    List<Manifest> manifests = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (SourceInputs source : target.sources()) {
      RenderResult result = renderers.render(source);
      names.add(result.renderer());
      for (RenderResult.Part part : result.parts()) {
        manifests.addAll(ManifestReader.read(part.text(), part.source()));
        ManifestReader.limit(manifests.size(), part.source());
      }
    }
    if (manifests.isEmpty()) {
      throw ManifestException.empty(target.sources().getFirst().path());
    }
    Normaliser normaliser =
        new Normaliser(
            new Ownership(installation, target.application()), target.spec().namespace(), scopes);
    return new Desired(normaliser.normalise(manifests), String.join(", ", names));
  }
}
