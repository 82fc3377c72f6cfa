package dev.sluice.worker;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.live.LiveObjects;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.sweep.OrphanSweep;
import java.util.List;

/**
 * Reports what an orphan sweep finds, and tells it which objects need no sweep.
 *
 * @param objects the live objects that are observed
 */
record SweepReports(
    ClusterName cluster, Reporter reporting, LiveObjects objects, WorkerMetrics metrics)
    implements OrphanSweep.Listener {

  @Override
  public void swept(ApplicationName application, List<ObjectChange> changes) {
    reporting.send(new ResultEvent.Swept(cluster, application, changes), TraceParent.start());
  }

  @Override
  public boolean isAccountedFor(ApiKind kind) {
    return objects.isComplete(kind);
  }

  @Override
  public boolean isAccountedFor(ApiKind kind, ObjectNode object) {
    return objects.isOwned(kind, object);
  }

  @Override
  public void returned(ApiKind kind, ObjectNode object) {
    boolean unused = objects.changed(kind, object);
  }

  @Override
  public void unswept() {
    metrics.countUnswept();
  }
}
