package dev.sluice.simulated.runner.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.api.ObjectCache;
import dev.sluice.simulated.runner.control.Controller;
import dev.sluice.simulated.runner.control.Note;
import dev.sluice.simulated.runner.control.Plan;
import java.time.Instant;

/** Services of type LoadBalancer: an address outside, derived from the one inside. */
public final class LoadBalancers implements Controller {

  @Override
  public Kind kind() {
    return Kind.SERVICE;
  }

  @Override
  public String agent() {
    return "cloud-controller-manager/v1.37.0";
  }

  @Override
  public Plan plan(ObjectNode service, ObjectCache cache, Instant now) {
    Plan plan = new Plan();
    boolean wanted =
        service.at("/spec/type").asText().equals("LoadBalancer")
            && !service.path("spec").has("loadBalancerClass")
            && !Metadata.of(service).isDeleted();
    boolean present = !service.at("/status/loadBalancer/ingress").isEmpty();
    if (wanted == present) {
      return plan;
    }
    ObjectNode next = service.deepCopy();
    ObjectNode balancer = next.withObject("/status").putObject("loadBalancer");
    if (wanted) {
      String inside = service.at("/spec/clusterIP").asText();
      String outside =
          service.at("/spec/loadBalancerIP").asText(inside.replaceFirst("^\\d+\\.\\d+", "172.18"));
      balancer.putArray("ingress").addObject().put("ip", outside).put("ipMode", "VIP");
      plan.note(
          Note.normal(
              service, "service-controller", "EnsuredLoadBalancer", "Ensured load balancer"));
    }
    return plan.status(Kind.SERVICE, next);
  }
}
