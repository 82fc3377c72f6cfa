package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.name.GroupKind;

/**
 * The objects that an application shares with others: each of them declares the object in the same
 * way, and it is deleted only when the last of them no longer does.
 */
public enum ObjectSharing {
  /** None: an object belongs to one application. */
  @JsonProperty("none")
  NONE,
  /** Namespaces. */
  @JsonProperty("namespaces")
  NAMESPACES,
  /** Objects of all kinds. */
  @JsonProperty("all")
  ALL;

  /** Returns whether objects of this kind are shared. */
  boolean includes(GroupKind kind) {
    return switch (this) {
      case NONE -> false;
      case NAMESPACES -> kind.equals(GroupKind.NAMESPACE);
      case ALL -> true;
    };
  }
}
