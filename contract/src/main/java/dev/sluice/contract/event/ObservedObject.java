package dev.sluice.contract.event;

import dev.sluice.contract.health.Health;
import java.util.List;

/**
 * The health of one object.
 *
 * @param reason one sentence for people
 * @param details what explains the reason: its last Events, and the state of failing containers
 */
public record ObservedObject(ObjectRef object, Health health, String reason, List<String> details) {

  public ObservedObject {
    details = List.copyOf(details);
  }
}
