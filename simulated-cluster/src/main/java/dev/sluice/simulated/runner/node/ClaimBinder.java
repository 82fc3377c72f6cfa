package dev.sluice.simulated.runner.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.api.ObjectCache;
import dev.sluice.simulated.runner.control.Controller;
import dev.sluice.simulated.runner.control.Note;
import dev.sluice.simulated.runner.control.Plan;
import java.time.Instant;

/** PersistentVolumeClaims: bound at once to a volume of the size that they request. */
public final class ClaimBinder implements Controller {

  @Override
  public Kind kind() {
    return Kind.CLAIM;
  }

  @Override
  public String agent() {
    return "kube-controller-manager/v1.37.0";
  }

  @Override
  public Plan plan(ObjectNode claim, ObjectCache cache, Instant now) {
    Plan plan = new Plan();
    if (Metadata.of(claim).isDeleted() || claim.at("/status/phase").asText().equals("Bound")) {
      return plan;
    }
    ObjectNode next = claim.deepCopy();
    if (claim.at("/spec/volumeName").asText().isEmpty()) {
      String volume = "pvc-" + Metadata.of(claim).uid();
      next.withObject("/spec").put("volumeName", volume);
      Metadata.annotate(next, "pv.kubernetes.io/bind-completed", "yes");
      Metadata.annotate(next, "pv.kubernetes.io/bound-by-controller", "yes");
      return plan.replace(Kind.CLAIM, next)
          .note(
              Note.normal(
                  claim,
                  "persistentvolume-controller",
                  "ProvisioningSucceeded",
                  "Successfully provisioned volume " + volume));
    }
    ObjectNode status = next.putObject("status").put("phase", "Bound");
    status.set("accessModes", claim.at("/spec/accessModes"));
    status.putObject("capacity").set("storage", claim.at("/spec/resources/requests/storage"));
    return plan.status(Kind.CLAIM, next);
  }
}
