package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.cli.ExitException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Objects of an installation in a cluster: applies and deletes them, and prints what became of
 * each.
 */
final class ClusterObjects {

  /** The field manager of everything that this program installs. */
  static final String FIELD_MANAGER = "sluice-install";

  private static final int FAILED = 1;

  private final KubernetesClient client;
  private final boolean isDryRun;
  private final boolean force;
  private final PrintStream out;

  private enum Change {
    CREATED,
    CHANGED,
    UNCHANGED,
    DELETED,
    ABSENT
  }

  /**
   * Creates the access to a cluster.
   *
   * @param isDryRun whether nothing is written
   * @param force whether to take over fields that other field managers own
   */
  ClusterObjects(KubernetesClient client, boolean isDryRun, boolean force, PrintStream out) {
    this.client = client;
    this.isDryRun = isDryRun;
    this.force = force;
    this.out = out;
  }

  KubernetesClient client() {
    return client;
  }

  boolean isDryRun() {
    return isDryRun;
  }

  /**
   * Applies objects in this order.
   *
   * @throws ExitException if the API server refuses one
   */
  void apply(List<? extends JsonNode> objects) {
    objects.forEach(object -> print(apply(object), object));
  }

  private Change apply(JsonNode object) {
    Resource<HasMetadata> resource = resource(object);
    try {
      HasMetadata before = resource.get();
      if (before == null && isDryRun) {
        return Change.CREATED; // its namespace may not exist either
      }
      HasMetadata after =
          resource.patch(
              new PatchContext.Builder()
                  .withPatchType(PatchType.SERVER_SIDE_APPLY)
                  .withFieldManager(FIELD_MANAGER)
                  .withFieldValidation("Strict")
                  .withForce(force)
                  .withDryRun(isDryRun ? List.of("All") : List.of())
                  .build());
      if (before == null) {
        return Change.CREATED;
      }
      return isSame(before, after) ? Change.UNCHANGED : Change.CHANGED;
    } catch (KubernetesClientException e) {
      throw refused(object, e);
    }
  }

  /** Compares the versions, which a dry run does not have, or else the content. */
  private boolean isSame(HasMetadata before, HasMetadata after) {
    if (!isDryRun) {
      return Objects.equals(
          before.getMetadata().getResourceVersion(), after.getMetadata().getResourceVersion());
    }
    for (HasMetadata object : List.of(before, after)) {
      object.getMetadata().setManagedFields(null);
      object.getMetadata().setResourceVersion(null);
      object.getMetadata().setGeneration(null);
    }
    return before.equals(after);
  }

  private static ExitException refused(JsonNode object, KubernetesClientException failure) {
    String message =
        failure.getStatus() == null ? failure.getMessage() : failure.getStatus().getMessage();
    return failure.getCode() == HttpURLConnection.HTTP_CONFLICT
        ? new ExitException(
            FAILED,
            "%s has fields of another owner (%s): --force takes them over"
                .formatted(shown(object), message))
        : new ExitException(FAILED, "the cluster refuses %s: %s".formatted(shown(object), message));
  }

  /** Deletes objects in the reverse order; those that are not there are left out. */
  void delete(List<? extends JsonNode> objects) {
    objects.reversed().forEach(object -> print(delete(object), object));
  }

  private Change delete(JsonNode object) {
    Resource<HasMetadata> resource = resource(object);
    try {
      if (resource.get() == null) {
        return Change.ABSENT;
      }
      if (!isDryRun) {
        resource.delete();
      }
      return Change.DELETED;
    } catch (KubernetesClientException e) {
      throw refused(object, e);
    }
  }

  private Resource<HasMetadata> resource(JsonNode object) {
    return client.resource(
        client.getKubernetesSerialization().<HasMetadata>unmarshal(object.toString()));
  }

  private void print(Change change, JsonNode object) {
    if (change != Change.ABSENT) {
      out.printf(
          "%-9s %s%n",
          isDryRun && change != Change.UNCHANGED
              ? "would be " + change.name().toLowerCase(Locale.ROOT)
              : change.name().toLowerCase(Locale.ROOT),
          shown(object));
    }
  }

  private static String shown(JsonNode object) {
    String namespace = object.at("/metadata/namespace").asText();
    return "%s %s%s"
        .formatted(
            object.path(ObjectNames.KIND).asText(),
            namespace.isEmpty() ? "" : namespace + "/",
            object.at("/metadata/name").asText());
  }
}
