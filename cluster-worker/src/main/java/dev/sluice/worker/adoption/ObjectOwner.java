package dev.sluice.worker.adoption;

import java.util.Set;

/**
 * An owner of an object other than this installation, as the live object shows it.
 *
 * @param tool such as {@code Argo CD}
 * @param mark what of the tool owns the object, or what shows it, such as {@code application web}
 * @param managers the field managers that the tool writes as
 */
public record ObjectOwner(String tool, String mark, Set<String> managers) {

  public ObjectOwner {
    managers = Set.copyOf(managers);
  }

  @Override
  public String toString() {
    return "%s (%s)".formatted(tool, mark);
  }
}
