package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.worker.api.ClusterApi;
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
  private static final String FIELD_MANAGER = ClusterApi.INSTALLER;

  private static final int FAILED = 1;

  private final KubernetesClient client;
  private final boolean isDryRun;
  private final boolean force;
  private final PrintStream out;

  /** Attempts to delete an object that others change at the same time. */
  private static final int ATTEMPTS = 10;

  private enum Change {
    CREATED,
    CHANGED,
    UNCHANGED,
    DELETED,
    LEFT,
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
    String message = message(failure);
    return failure.getCode() == HttpURLConnection.HTTP_CONFLICT
        ? new ExitException(
            FAILED,
            "%s has fields of another owner (%s): --force takes them over"
                .formatted(shown(object), message))
        : new ExitException(FAILED, "the cluster refuses %s: %s".formatted(shown(object), message));
  }

  private static String message(KubernetesClientException failure) {
    return failure.getStatus() == null ? failure.getMessage() : failure.getStatus().getMessage();
  }

  /** Returns whether this program has applied an object. */
  static boolean isApplied(HasMetadata live) {
    return live.getMetadata().getManagedFields().stream()
        .anyMatch(
            entry ->
                FIELD_MANAGER.equals(entry.getManager()) && "Apply".equals(entry.getOperation()));
  }

  /**
   * Deletes the objects that this program has applied, in the reverse order. Says which ones it
   * leaves because others made them.
   */
  void delete(List<? extends JsonNode> objects) {
    objects.reversed().forEach(object -> print(delete(object, /* isOurs= */ false), object));
  }

  /** Deletes objects that a worker or a dispatcher has written, in the reverse order. */
  void deleteState(List<? extends JsonNode> objects) {
    objects.reversed().forEach(object -> print(delete(object, /* isOurs= */ true), object));
  }

  private Change delete(JsonNode object, boolean isOurs) {
    for (int attempt = 1; ; attempt++) {
      try {
        HasMetadata live = resource(object).get();
        if (live == null) {
          return Change.ABSENT;
        }
        if (!isOurs && !isApplied(live)) {
          return Change.LEFT;
        }
        if (!isDryRun) {
          // no other object that has taken the name since
          client
              .resource(live)
              .lockResourceVersion(live.getMetadata().getResourceVersion())
              .delete();
        }
        return Change.DELETED;
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || attempt == ATTEMPTS) {
          throw new ExitException(
              FAILED, "the cluster refuses to delete %s: %s".formatted(shown(object), message(e)));
        }
      }
    }
  }

  private Resource<HasMetadata> resource(JsonNode object) {
    return client.resource(
        client.getKubernetesSerialization().<HasMetadata>unmarshal(object.toString()));
  }

  private void print(Change change, JsonNode object) {
    String word = change.name().toLowerCase(Locale.ROOT);
    switch (change) {
      case ABSENT -> {}
      case UNCHANGED -> out.printf("%-9s %s%n", word, shown(object));
      case LEFT ->
          out.printf("%-9s %s, which %s has not applied%n", word, shown(object), FIELD_MANAGER);
      case CREATED, CHANGED, DELETED ->
          out.printf("%-9s %s%n", isDryRun ? "would be " + word : word, shown(object));
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
