package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.name.ObjectId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Normalises manifests: one spelling for one meaning, so that digests and comparisons with live
 * objects show only real differences.
 *
 * <ul>
 *   <li>{@code metadata.namespace}: the application's is set where a namespaced object has none; it
 *       is removed from cluster-scoped objects, where it means nothing.
 *   <li>{@code status}, {@code metadata.managedFields}, {@code resourceVersion}, {@code uid},
 *       {@code creationTimestamp}, {@code generation}, {@code selfLink}: removed. They belong to
 *       the server; people get them into Git by exporting live objects. If sent, managedFields is
 *       refused, a stale resourceVersion or uid causes a permanent conflict, and the rest is
 *       ignored.
 *   <li>A Secret's {@code stringData} is moved to {@code data}; ports get the protocol that the
 *       server defaults to (see {@link Spelling}).
 *   <li>The labels of {@link Ownership} are set. Its annotation is removed: it is set with each
 *       write, to a different value.
 * </ul>
 */
public final class Normaliser {

  private static final List<String> SERVER_METADATA =
      List.of(
          "managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink");

  private final Ownership ownership;
  private final String namespace;
  private final Scopes scopes;

  /**
   * Creates a normaliser.
   *
   * @param namespace for namespaced objects that have none
   * @param scopes of the kinds that the cluster serves
   */
  public Normaliser(Ownership ownership, String namespace, Scopes scopes) {
    this.ownership = ownership;
    this.namespace = namespace;
    this.scopes = scopes;
  }

  /**
   * Returns normalised copies of the manifests, in the same order.
   *
   * @throws ManifestException if a kind is unknown, or two manifests are the same object
   */
  public List<Manifest> normalise(List<Manifest> manifests)
      throws ManifestException, InterruptedException {
    Scopes all = scopes.with(manifests);
    Map<ObjectId, Manifest> seen = new HashMap<>();
    List<Manifest> normalised = new ArrayList<>(manifests.size());
    for (Manifest manifest : manifests) {
      Manifest next = normalise(manifest, all);
      ObjectRef ref = next.ref();
      Manifest other = seen.putIfAbsent(ref.id(), next);
      if (other != null) {
        throw ManifestException.refused(
            RenderFailure.DUPLICATE_OBJECT,
            "%s is there twice: in %s and in %s; %s"
                .formatted(
                    ref,
                    other.source(),
                    manifest.source(),
                    next.isUnnamed() ? "give them different generateNames" : "remove one"),
            ref);
      }
      normalised.add(next);
    }
    return normalised;
  }

  private Manifest normalise(Manifest manifest, Scopes all)
      throws ManifestException, InterruptedException {
    ObjectRef ref = placed(manifest, all);
    ObjectNode content = SharedNodes.copy(manifest.content());
    content.remove("status");
    ObjectNode metadata = SharedNodes.own(content, "metadata");
    metadata.remove(SERVER_METADATA);
    if (ref.namespace().isEmpty()) {
      metadata.remove("namespace");
    } else {
      metadata.put("namespace", ref.namespace());
    }
    if (metadata.hasNonNull("annotations")) {
      mapping(metadata, "annotations", manifest).remove(Ownership.GENERATION_ANNOTATION);
    }
    ObjectNode labels = mapping(metadata, "labels", manifest);
    labels.put(Ownership.APPLICATION_LABEL, ownership.application().value());
    labels.put(Ownership.INSTALLATION_LABEL, ownership.installation());
    Manifest next = new Manifest(ref, content, manifest.source());
    Spelling.correct(next);
    return next;
  }

  private ObjectRef placed(Manifest manifest, Scopes all)
      throws ManifestException, InterruptedException {
    ObjectRef ref = manifest.ref();
    Optional<Boolean> namespaced = all.namespaced(ref.apiVersion(), ref.kind());
    if (namespaced.isEmpty()) {
      throw ManifestException.refused(
          RenderFailure.UNKNOWN_KIND,
          ("%s: the cluster does not know %s %s: install its CustomResourceDefinition, or put it"
                  + " among the application's manifests")
              .formatted(manifest.source(), ref.apiVersion(), ref.kind()),
          ref);
    }
    String place = "";
    if (namespaced.get()) {
      place = ref.namespace().isEmpty() ? namespace : ref.namespace();
    }
    return new ObjectRef(ref.apiVersion(), ref.kind(), place, ref.name());
  }

  private static ObjectNode mapping(ObjectNode metadata, String field, Manifest manifest)
      throws ManifestException {
    if (metadata.hasNonNull(field) && !metadata.get(field).isObject()) {
      throw ManifestException.refused(
          RenderFailure.INVALID_MANIFEST,
          "%s: metadata.%s is not a mapping".formatted(manifest.source(), field),
          manifest.ref());
    }
    return SharedNodes.own(metadata, field);
  }
}
