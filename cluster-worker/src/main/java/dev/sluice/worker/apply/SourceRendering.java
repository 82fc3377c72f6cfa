package dev.sluice.worker.apply;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.manifest.KnownFields;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.plan.Desired;
import dev.sluice.worker.plan.GeneratedField;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.render.Renderers;
import dev.sluice.worker.render.TargetRenderer;
import dev.sluice.worker.sandbox.RenderException;
import java.util.stream.Collectors;

/** Renders targets for the kinds and versions that this cluster serves. */
public final class SourceRendering {

  /** The number of fields that a message names. */
  private static final int SHOWN = 10;

  private final TargetRenderer targets;
  private final Discovery discovery;
  private final KnownFields fields;
  private final OwnObjects own;
  private final LiveValues live;

  public SourceRendering(
      Renderers renderers,
      Discovery discovery,
      KnownFields fields,
      String installation,
      OwnObjects own) {
    this(new TargetRenderer(renderers, installation), discovery, fields, own);
  }

  private SourceRendering(
      TargetRenderer targets, Discovery discovery, KnownFields fields, OwnObjects own) {
    this.targets = targets;
    this.discovery = discovery;
    this.fields = fields;
    this.own = own;
    this.live = new LiveValues(discovery);
  }

  /** Returns a rendering that reads live values by another discovery. */
  public SourceRendering reading(Discovery other) {
    return new SourceRendering(targets, other, fields, own);
  }

  /**
   * Renders a target to the normalised objects that it desires, ready for planning.
   *
   * @param applied the objects that the application has
   */
  public Desired render(SyncEvent.Target target, Inventory applied)
      throws RenderException, ManifestException, InterruptedException {
    ProjectCheck.check(target);
    Desired desired = targets.read(target, discovery::namespaced, fields, discovery);
    ProjectCheck.check(target, desired.manifests());
    own.check(target.application(), desired.manifests());
    return switch (target.spec().policy().ofGenerated()) {
      case KEEP_LIVE -> live.keep(desired, applied);
      case ALLOW -> desired;
      case FAIL -> withoutGenerated(desired);
    };
  }

  private static Desired withoutGenerated(Desired desired) throws RenderException {
    if (!desired.generated().isEmpty()) {
      throw RenderException.permanent(
          RenderFailure.GENERATED_VALUES,
          "the sources generate values that differ at each rendering: %s: set them in Git, or change policy.generatedValues"
              .formatted(
                  desired.generated().stream()
                      .limit(SHOWN)
                      .map(GeneratedField::toString)
                      .collect(Collectors.joining(", "))));
    }
    return desired;
  }
}
