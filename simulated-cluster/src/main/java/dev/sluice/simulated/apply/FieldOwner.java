package dev.sluice.simulated.apply;

import java.util.Optional;

/**
 * Owner of fields: a field manager, its operation, the API version it wrote and the subresource.
 *
 * <p>An applier is the same owner for every version it applies.
 */
public record FieldOwner(
    String manager, Operation operation, String apiVersion, Optional<String> subresource) {

  /** Operation by which a manager writes. */
  public enum Operation {
    APPLY("Apply"),
    UPDATE("Update");

    private final String text;

    Operation(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  boolean isSameAs(FieldOwner other) {
    return manager.equals(other.manager)
        && operation == other.operation
        && subresource.equals(other.subresource)
        && (operation == Operation.APPLY || apiVersion.equals(other.apiVersion));
  }

  /** Returns this owner in the format of conflict messages. */
  String show(String time) {
    StringBuilder text = new StringBuilder("\"" + manager + "\"");
    subresource.ifPresent(name -> text.append(" with subresource \"").append(name).append('"'));
    if (operation == Operation.UPDATE) {
      text.append(" using ").append(apiVersion).append(" at ").append(time);
    }
    return text.toString();
  }

  /** Returns the API group in which the owner writes; the core group is the empty string. */
  String group() {
    return apiVersion.substring(0, Math.max(0, apiVersion.indexOf('/')));
  }
}
