package dev.sluice.worker.fields;

import java.util.Set;

/**
 * The field managers whose fields Git takes over.
 *
 * @param force whether Git wins over other managers; without, only those of earlier deployments
 *     lose their fields
 * @param former managers of an owner that the object is taken over from, which count as an earlier
 *     deployment
 */
public record Precedence(boolean force, Set<String> former) {

  public Precedence {
    former = Set.copyOf(former);
  }

  /** Returns the precedence over the fields of objects that stay with their owner. */
  public static Precedence of(boolean force) {
    return new Precedence(force, Set.of());
  }
}
