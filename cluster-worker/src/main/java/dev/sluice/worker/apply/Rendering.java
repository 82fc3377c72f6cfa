package dev.sluice.worker.apply;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.plan.Desired;
import dev.sluice.worker.sandbox.RenderException;

/** From a target to the objects that it asks for, normalised, ready to be planned. */
public interface Rendering {

  Desired render(SyncEvent.Target target)
      throws RenderException, ManifestException, InterruptedException;
}
