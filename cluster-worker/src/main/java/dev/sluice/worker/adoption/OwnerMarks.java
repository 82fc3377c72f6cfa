package dev.sluice.worker.adoption;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.fields.FieldOwnership;
import dev.sluice.worker.manifest.Ownership;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The labels, annotations and field managers by which a live object shows that another tool, or
 * another installation of Sluice, owns it. Manifests in Git may contain the same labels and
 * annotations, so one that Sluice itself applied shows nothing.
 *
 * @param ref of the object
 * @param live the object, or its metadata only
 * @param installation of this worker
 */
record OwnerMarks(ObjectRef ref, JsonNode live, String installation) {

  /** Argo CD's own annotation (its documentation, Resource Tracking); the default since 3.0. */
  private static final String ARGO_TRACKING_ID = "argocd.argoproj.io/tracking-id";

  /** The label that Argo CD's documentation recommends for tracking by label. */
  private static final String ARGO_INSTANCE = "argocd.argoproj.io/instance";

  /** Argo CD's default label for tracking by label, which charts set too. */
  private static final String INSTANCE = "app.kubernetes.io/instance";

  private static final String FLUX_KUSTOMIZATION = "kustomize.toolkit.fluxcd.io/";
  private static final String FLUX_HELM_RELEASE = "helm.toolkit.fluxcd.io/";
  private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  private static final String HELM_RELEASE = "meta.helm.sh/release-";

  private static final Set<String> ARGO_MANAGERS =
      Set.of("argocd-controller", "argocd-application-controller");
  private static final Set<String> FLUX_MANAGERS =
      Set.of("kustomize-controller", "helm-controller");
  private static final Set<String> HELM_MANAGERS = Set.of("helm", "Helm");

  private static final int MAX_NAME = 200;

  /** Returns the owner; empty if nothing shows one. */
  Optional<ObjectOwner> owner() {
    return Stream.<Supplier<Optional<ObjectOwner>>>of(
            this::ofSluice,
            this::ofArgo,
            () -> ofFlux(FLUX_KUSTOMIZATION, "Kustomization"),
            () -> ofFlux(FLUX_HELM_RELEASE, "HelmRelease"),
            this::ofHelm,
            () -> ofManager("Argo CD", ARGO_MANAGERS),
            () -> ofManager("Flux", FLUX_MANAGERS))
        .map(Supplier::get)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<ObjectOwner> ofSluice() {
    return value("labels", Ownership.INSTALLATION_LABEL)
        .filter(other -> !other.equals(installation))
        .map(
            other ->
                new ObjectOwner(
                    "another installation of Sluice",
                    "%s%s"
                        .formatted(
                            shown(other),
                            value("labels", Ownership.APPLICATION_LABEL)
                                .map(application -> ", application " + shown(application))
                                .orElse("")),
                    Set.of()));
  }

  private Optional<ObjectOwner> ofArgo() {
    return tracked()
        .or(() -> foreign("labels", ARGO_INSTANCE))
        .or(
            () ->
                foreign("labels", INSTANCE)
                    .filter(
                        _ ->
                            FieldOwnership.owns(
                                live, ARGO_MANAGERS, "metadata", "labels", INSTANCE)))
        // an application outside of Argo CD's namespace is named NAMESPACE_NAME
        .map(name -> "application " + shown(name).replaceFirst("_", "/"))
        .map(mark -> new ObjectOwner("Argo CD", mark, ARGO_MANAGERS));
  }

  /**
   * Returns the application of a tracking id. Argo CD ignores one that names another object, since
   * controllers copy annotations; objects without a namespace carry the application's.
   */
  private Optional<String> tracked() {
    return foreign("annotations", ARGO_TRACKING_ID)
        .map(id -> id.split(":", 3))
        .filter(parts -> parts.length == 3 && isThis(parts[1], parts[2]))
        .map(parts -> parts[0]);
  }

  private boolean isThis(String groupAndKind, String namespaceAndName) {
    String[] kind = groupAndKind.split("/", 2);
    String[] name = namespaceAndName.split("/", 2);
    return kind.length == 2
        && name.length == 2
        && ref.groupKind().equals(new GroupKind(kind[0], kind[1]))
        && (ref.namespace().isEmpty() || ref.namespace().equals(name[0]))
        && ref.name().equals(name[1]);
  }

  private Optional<ObjectOwner> ofFlux(String prefix, String kind) {
    return foreign("labels", prefix + "name")
        .map(
            name ->
                new ObjectOwner(
                    "Flux",
                    "%s %s%s"
                        .formatted(
                            kind,
                            value("labels", prefix + "namespace")
                                .map(namespace -> shown(namespace) + "/")
                                .orElse(""),
                            shown(name)),
                    Stream.concat(FLUX_MANAGERS.stream(), HELM_MANAGERS.stream())
                        .collect(Collectors.toSet())));
  }

  /** Helm itself takes an object for its own by this label and these annotations. */
  private Optional<ObjectOwner> ofHelm() {
    return foreign("annotations", HELM_RELEASE + "name")
        .filter(_ -> value("labels", MANAGED_BY).equals(Optional.of("Helm")))
        .map(
            name ->
                new ObjectOwner(
                    "Helm",
                    "release %s%s"
                        .formatted(
                            value("annotations", HELM_RELEASE + "namespace")
                                .map(namespace -> shown(namespace) + "/")
                                .orElse(""),
                            shown(name)),
                    HELM_MANAGERS));
  }

  private Optional<ObjectOwner> ofManager(String tool, Set<String> managers) {
    return managers.stream()
        .sorted()
        .filter(manager -> FieldOwnership.owns(live, Set.of(manager)))
        .findFirst()
        .map(manager -> new ObjectOwner(tool, "field manager " + manager, managers));
  }

  /** Returns a label or annotation that others set. */
  private Optional<String> foreign(String field, String name) {
    return value(field, name).filter(_ -> !FieldOwnership.isApplied(live, "metadata", field, name));
  }

  private Optional<String> value(String field, String name) {
    return Optional.of(live.path("metadata").path(field).path(name).asText(""))
        .filter(value -> !value.isEmpty());
  }

  private static String shown(String name) {
    return Excerpt.of(name, MAX_NAME);
  }
}
