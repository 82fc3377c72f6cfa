package dev.sluice.worker.apply;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.plan.Desired;
import dev.sluice.worker.sandbox.RenderException;

/** Renders a target to the normalised objects that it desires, ready for planning. */
public interface Rendering {

  Desired render(SyncEvent.Target target)
      throws RenderException, ManifestException, InterruptedException;
}
