package dev.sluice.worker.apply;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.manifest.KnownFields;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.plan.Desired;
import dev.sluice.worker.render.Renderers;
import dev.sluice.worker.render.TargetRenderer;
import dev.sluice.worker.sandbox.RenderException;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Renders targets for the kinds and versions that this cluster serves. */
public final class SourceRendering {

  private final TargetRenderer targets;
  private final Discovery discovery;
  private final KnownFields fields;
  private final OwnObjects own;

  public SourceRendering(
      Renderers renderers,
      Discovery discovery,
      KnownFields fields,
      String installation,
      OwnObjects own) {
    this.targets = new TargetRenderer(renderers, installation);
    this.discovery = discovery;
    this.fields = fields;
    this.own = own;
  }

  /** Renders a target to the normalised objects that it desires, ready for planning. */
  public Desired render(SyncEvent.Target target)
      throws RenderException, ManifestException, InterruptedException {
    Desired desired = targets.read(target, this::namespaced, fields, discovery);
    own.check(target.application(), desired.manifests());
    return desired;
  }

  private Optional<Boolean> namespaced(String apiVersion, String kind) {
    try {
      return discovery.find(apiVersion, kind).map(ApiResource::namespaced);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted during discovery of the served kinds");
    }
  }
}
