package dev.sluice.contract.event;

import dev.sluice.contract.health.Health;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The health of all objects of a generation.
 *
 * @param health the worst object's
 * @param objects the number of objects
 * @param unhealthy the objects that are not healthy, the worst first
 * @param omitted the number of further unhealthy objects; absent if all are listed
 * @param since when the worker saw the last change of {@code health}
 */
public record ObservedHealth(
    Health health,
    int objects,
    List<ObservedObject> unhealthy,
    Optional<Integer> omitted,
    Instant since) {

  public ObservedHealth {
    unhealthy = List.copyOf(unhealthy);
  }
}
