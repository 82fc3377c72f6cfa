package dev.sluice.worker.fields;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The field managers of one object.
 *
 * @param writersOfStatus managers that also write the object's status or another subresource, as
 *     its controllers do
 */
record FieldManagers(Set<String> writersOfStatus) {

  /** Managers of earlier deployments, whose fields are ours once the object is. */
  private static final Set<String> DEPLOYERS =
      Set.of(
          "kubectl-client-side-apply",
          "before-first-apply",
          "kubectl",
          "helm",
          "Helm",
          ClusterApi.INSTALLER);

  /** Usual parts of the names of controllers, operators and the like. */
  private static final Pattern CONTROLLER =
      Pattern.compile(
          "controller|operator|manager|scheduler|autoscaler|provisioner|injector|webhook|certgen"
              + "|kubelet|^kube-");

  FieldManagers {
    writersOfStatus = Set.copyOf(writersOfStatus);
  }

  /** The fields of a manager that Sluice takes over. */
  enum Takeover {
    /** All that a person or a deployment tool set. */
    ALL,
    /** Elements of lists that Git declares too. */
    ELEMENTS,
    /** None: they are Sluice's already, a controller's, or another applier's. */
    NONE
  }

  static FieldManagers of(JsonNode live) {
    Set<String> writers = new HashSet<>();
    for (JsonNode entry : live.path("metadata").path("managedFields")) {
      if (entry.hasNonNull("subresource") || entry.path("fieldsV1").has("f:status")) {
        writers.add(name(entry));
      }
    }
    return new FieldManagers(writers);
  }

  static String name(JsonNode entry) {
    return entry.path("manager").asText("");
  }

  /** Returns whether an entry holds the fields that Sluice applied. */
  static boolean isOwn(JsonNode entry) {
    return name(entry).equals(ClusterApi.FIELD_MANAGER) && isApply(entry);
  }

  /**
   * Returns the fields of an entry that Sluice takes over.
   *
   * @param precedence over the fields of others
   */
  Takeover takeover(JsonNode entry, Precedence precedence) {
    String name = name(entry);
    if (entry.hasNonNull("subresource") || isOwn(entry)) {
      return Takeover.NONE;
    }
    if (isDeployer(name, precedence)) {
      return Takeover.ALL;
    }
    if (!precedence.force()) {
      return Takeover.NONE;
    }
    if (name.startsWith("kubectl-") || name.equals(ClusterApi.FIELD_MANAGER)) {
      return Takeover.ALL;
    }
    return isApply(entry) || isController(entry) ? Takeover.NONE : Takeover.ELEMENTS;
  }

  private static boolean isDeployer(String name, Precedence precedence) {
    return DEPLOYERS.contains(name) || precedence.former().contains(name);
  }

  /** Returns whether the server refuses a field because an earlier deployment owns it. */
  static boolean isConflictWithDeployer(ApiException.Cause cause, Precedence precedence) {
    return cause.reason().equals("FieldManagerConflict")
        && Stream.concat(DEPLOYERS.stream(), precedence.former().stream())
            .anyMatch(name -> cause.message().contains('"' + name + '"'));
  }

  /** Returns whether the manager is taken for a controller, by its writes or its name. */
  boolean isController(JsonNode entry) {
    String name = name(entry);
    return writersOfStatus.contains(name)
        || CONTROLLER.matcher(name.toLowerCase(Locale.ROOT)).find();
  }

  private static boolean isApply(JsonNode entry) {
    return entry.path("operation").asText("").equals("Apply");
  }
}
