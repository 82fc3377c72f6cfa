package dev.sluice.worker.health;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The fields of an object that its health depends on. {@link HealthRules#of} has the same result
 * for an object and for its inputs, so objects with equal inputs have equal health.
 */
public final class HealthInputs {

  private HealthInputs() {}

  /** Returns the inputs: a small object, without data, specifications of pods, or times. */
  public static ObjectNode of(JsonNode live) {
    return HealthRules.rule(live).inputs(live);
  }
}
