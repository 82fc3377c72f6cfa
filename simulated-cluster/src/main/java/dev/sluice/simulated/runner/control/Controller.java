package dev.sluice.simulated.runner.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.ObjectCache;
import java.time.Instant;

/** Rules for the objects of one kind. */
public interface Controller {

  /** Returns the kind of object that the rules are about. */
  Kind kind();

  /** Returns the program that makes the writes: its managed fields have this manager. */
  String agent();

  /** Decides what to write for an object, as the cache shows it and the objects that it owns. */
  Plan plan(ObjectNode object, ObjectCache cache, Instant now);

  /** Forgets what is known about an object that is gone. */
  default void forget(ObjectNode object) {}
}
