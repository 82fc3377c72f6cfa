package dev.sluice.simulated.runner.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;

/** Write of an object to the API server. */
public sealed interface Write {

  /** Creates an object. */
  record Create(Kind kind, ObjectNode object) implements Write {}

  /** Replaces an object. */
  record Replace(Kind kind, ObjectNode object) implements Write {}

  /** Replaces the status of an object. */
  record ReplaceStatus(Kind kind, ObjectNode object) implements Write {}

  /** Deletes an object, with its own grace period. */
  record Delete(Kind kind, ObjectNode object) implements Write {}

  /** Removes a pod whose containers have ended. */
  record End(ObjectNode pod) implements Write {}

  /** Assigns a pod to a node. */
  record Bind(ObjectNode pod, String node) implements Write {}
}
