package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;

/**
 * The instructions in an object's annotations: Sluice's own ({@code sluice.dev/}) and those of Argo
 * CD, Flux and Helm that people already use.
 *
 * @param keep never delete the object: {@code sluice.dev/prune: disabled}, {@code
 *     argocd.argoproj.io/sync-options} with {@code Prune=false} or {@code Delete=false}, {@code
 *     kustomize.toolkit.fluxcd.io/prune: disabled}, {@code helm.sh/resource-policy: keep}
 * @param ignore never touch the object: {@code sluice.dev/reconcile: disabled}, {@code
 *     kustomize.toolkit.fluxcd.io/reconcile: disabled}, {@code kustomize.toolkit.fluxcd.io/ssa:
 *     Ignore}
 * @param createOnly write the object only if it does not exist: {@code sluice.dev/apply:
 *     IfNotPresent}, {@code kustomize.toolkit.fluxcd.io/ssa: IfNotPresent}
 * @param replace delete and create the object if an immutable field has changed: {@code
 *     sluice.dev/replace: enabled}, {@code kustomize.toolkit.fluxcd.io/force: enabled}, {@code
 *     argocd.argoproj.io/sync-options} with {@code Force=true}
 */
public record Directives(boolean keep, boolean ignore, boolean createOnly, boolean replace) {

  private static final String FLUX = "kustomize.toolkit.fluxcd.io/";

  static Directives of(JsonNode object) {
    JsonNode annotations = object.path("metadata").path("annotations");
    boolean keep =
        is(annotations, "sluice.dev/prune", "disabled")
            || is(annotations, FLUX + "prune", "disabled")
            || is(annotations, "helm.sh/resource-policy", "keep")
            || lists(annotations, "argocd.argoproj.io/sync-options", "Prune=false")
            || lists(annotations, "argocd.argoproj.io/sync-options", "Delete=false");
    boolean ignore =
        is(annotations, "sluice.dev/reconcile", "disabled")
            || is(annotations, FLUX + "reconcile", "disabled")
            || is(annotations, FLUX + "ssa", "Ignore");
    boolean createOnly =
        is(annotations, "sluice.dev/apply", "IfNotPresent")
            || is(annotations, FLUX + "ssa", "IfNotPresent");
    boolean replace =
        is(annotations, "sluice.dev/replace", "enabled")
            || is(annotations, FLUX + "force", "enabled")
            || lists(annotations, "argocd.argoproj.io/sync-options", "Force=true");
    return new Directives(keep, ignore, createOnly, replace);
  }

  private static boolean is(JsonNode annotations, String name, String value) {
    return annotations.path(name).asText().trim().equalsIgnoreCase(value);
  }

  private static boolean lists(JsonNode annotations, String name, String value) {
    return Arrays.stream(annotations.path(name).asText().split(",", -1))
        .anyMatch(entry -> entry.trim().equalsIgnoreCase(value));
  }
}
