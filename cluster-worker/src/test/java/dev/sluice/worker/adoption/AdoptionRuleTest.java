package dev.sluice.worker.adoption;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.Adoption;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.adoption.AdoptionRule.Verdict;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.YamlDocument;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The metadata is as the tools leave it in a cluster, shortened to what matters. */
class AdoptionRuleTest {

  private static final ObjectRef WEB = new ObjectRef("apps/v1", "Deployment", "shop", "web");
  private static final ObjectRef ROLE =
      new ObjectRef("rbac.authorization.k8s.io/v1", "ClusterRole", "", "system:shop:reader");

  /** Argo CD 3: the default is to track by annotation, and client-side apply. */
  private static final String ARGO_BY_ANNOTATION =
      """
      annotations:
        argocd.argoproj.io/tracking-id: web:apps/Deployment:shop/web
        kubectl.kubernetes.io/last-applied-configuration: "{}"
      managedFields:
      - manager: argocd-controller
        operation: Update
        fieldsV1:
          f:metadata:
            f:annotations: {.: {}, f:argocd.argoproj.io/tracking-id: {}}
          f:spec: {f:replicas: {}}
      - manager: kube-controller-manager
        operation: Update
        subresource: status
        fieldsV1: {f:status: {f:conditions: {}}}
      """;

  /** Argo CD 2: the default is to track by a label that charts set too. */
  private static final String ARGO_BY_LABEL =
      """
      labels: {app.kubernetes.io/instance: shop-web}
      managedFields:
      - manager: argocd-controller
        operation: Apply
        fieldsV1:
          f:metadata: {f:labels: {f:app.kubernetes.io/instance: {}}}
      """;

  private static final String FLUX_KUSTOMIZATION =
      """
      labels:
        kustomize.toolkit.fluxcd.io/name: apps
        kustomize.toolkit.fluxcd.io/namespace: flux-system
      managedFields:
      - manager: kustomize-controller
        operation: Apply
        fieldsV1:
          f:metadata:
            f:labels:
              f:kustomize.toolkit.fluxcd.io/name: {}
              f:kustomize.toolkit.fluxcd.io/namespace: {}
      """;

  /** The controller uses Helm, which leaves its own marks as well. */
  private static final String FLUX_HELM_RELEASE =
      """
      labels:
        app.kubernetes.io/managed-by: Helm
        helm.toolkit.fluxcd.io/name: podinfo
        helm.toolkit.fluxcd.io/namespace: apps
      annotations:
        meta.helm.sh/release-name: podinfo
        meta.helm.sh/release-namespace: apps
      managedFields:
      - manager: helm-controller
        operation: Update
        fieldsV1: {f:metadata: {f:labels: {f:helm.toolkit.fluxcd.io/name: {}}}}
      """;

  private static final String HELM =
      """
      labels:
        app.kubernetes.io/managed-by: Helm
        app.kubernetes.io/instance: web
        helm.sh/chart: web-1.2.0
      annotations:
        meta.helm.sh/release-name: web
        meta.helm.sh/release-namespace: shop
      managedFields:
      - manager: helm
        operation: Update
        fieldsV1: {f:metadata: {f:annotations: {f:meta.helm.sh/release-name: {}}}}
      """;

  @Test
  void namesTheOwnerByTheMarksOfEachTool() {
    assertThat(owner(ARGO_BY_ANNOTATION)).contains("Argo CD (application web)");
    assertThat(owner(ARGO_BY_LABEL)).contains("Argo CD (application shop-web)");
    assertThat(owner("labels: {argocd.argoproj.io/instance: web}"))
        .contains("Argo CD (application web)");
    assertThat(owner(FLUX_KUSTOMIZATION)).contains("Flux (Kustomization flux-system/apps)");
    assertThat(owner(FLUX_HELM_RELEASE)).contains("Flux (HelmRelease apps/podinfo)");
    assertThat(owner(HELM)).contains("Helm (release shop/web)");
    assertThat(owner("labels: {sluice.dev/installation: blue, sluice.dev/application: web}"))
        .contains("another installation of Sluice (blue, application web)");
  }

  @Test
  void namesTheApplicationOfATrackingIdOnlyIfItIsOfThisObject() {
    String team = "annotations: {argocd.argoproj.io/tracking-id: 'team_web:%s'}";

    assertThat(owner(team.formatted("apps/Deployment:shop/web")))
        .as("an application outside of Argo CD's namespace")
        .contains("Argo CD (application team/web)");
    assertThat(
            owner(
                ROLE,
                team.formatted("rbac.authorization.k8s.io/ClusterRole:apps/system:shop:reader")))
        .as("an object without a namespace carries its application's")
        .contains("Argo CD (application team/web)");
    // controllers copy annotations to the objects that they create
    assertThat(owner(team.formatted("apps/Deployment:shop/other"))).isEmpty();
    assertThat(owner(team.formatted("apps/Deployment:other/web"))).isEmpty();
    assertThat(owner(team.formatted("extensions/Deployment:shop/web"))).isEmpty();
    assertThat(owner(team.formatted("apps/StatefulSet:shop/web"))).isEmpty();
    assertThat(owner("annotations: {argocd.argoproj.io/tracking-id: web}")).isEmpty();
  }

  @Test
  void takesLabelsThatChartsSetForNoMark() {
    assertThat(
            owner("labels: {app.kubernetes.io/instance: web, app.kubernetes.io/managed-by: Helm}"))
        .isEmpty();
    assertThat(
            owner(
                """
                labels: {app.kubernetes.io/instance: web}
                managedFields:
                - manager: kubectl-client-side-apply
                  operation: Update
                  fieldsV1: {f:metadata: {f:labels: {f:app.kubernetes.io/instance: {}}}}
                """))
        .isEmpty();
    assertThat(owner("annotations: {meta.helm.sh/release-name: web}"))
        .as("Helm itself asks for its label, too")
        .isEmpty();
    assertThat(owner("labels: {app.kubernetes.io/managed-by: kustomize}")).isEmpty();
    assertThat(owner("{}")).isEmpty();
  }

  @Test
  void takesItsOwnFieldsForNoMark() {
    String fields =
        """
        labels: {kustomize.toolkit.fluxcd.io/name: apps, app.kubernetes.io/managed-by: Helm}
        annotations:
          argocd.argoproj.io/tracking-id: web:apps/Deployment:shop/web
          meta.helm.sh/release-name: web
        managedFields:
        - manager: %s
          operation: Apply
          fieldsV1:
            f:metadata:
              f:labels:
                f:app.kubernetes.io/managed-by: {}
                f:kustomize.toolkit.fluxcd.io/name: {}
              f:annotations:
                f:argocd.argoproj.io/tracking-id: {}
                f:meta.helm.sh/release-name: {}
        """;

    assertThat(owner(fields.formatted("sluice"))).isEmpty();
    assertThat(owner(fields.formatted("kubectl"))).contains("Argo CD (application web)");
  }

  @Test
  void namesAControllerThatWroteTheObjectWithoutAMark() {
    String fields =
        """
        managedFields:
        - {manager: %s, operation: Apply, %s fieldsV1: {f:data: {f:a: {}}}}
        """;

    assertThat(owner(fields.formatted("argocd-controller", "")))
        .contains("Argo CD (field manager argocd-controller)");
    assertThat(owner(fields.formatted("kustomize-controller", "")))
        .contains("Flux (field manager kustomize-controller)");
    assertThat(owner(fields.formatted("argocd-controller", "subresource: status,"))).isEmpty();
    assertThat(owner(fields.formatted("helm", ""))).as("a release that is gone").isEmpty();
  }

  @Test
  void decidesByThePolicy() {
    JsonNode unowned = metadata("{}");
    JsonNode helm = metadata(HELM);

    assertThat(rule(Adoption.UNOWNED).of(WEB, unowned))
        .isEqualTo(new Verdict.TakenOver(Optional.empty()));
    assertThat(rule(Adoption.UNOWNED).of(WEB, helm)).isInstanceOf(Verdict.Refused.class);
    assertThat(rule(Adoption.NEVER).of(WEB, unowned))
        .isEqualTo(new Verdict.Refused(Optional.empty()));
    assertThat(rule(Adoption.NEVER).of(WEB, helm)).isInstanceOf(Verdict.Refused.class);
    assertThat(rule(Adoption.FORCE).of(WEB, helm))
        .hasToString("taken over from Helm (release shop/web)");
    assertThat(rule(Adoption.FORCE).formerManagers(WEB, helm)).contains("helm");
    assertThat(rule(Adoption.UNOWNED).formerManagers(WEB, helm)).isEmpty();
  }

  @Test
  void ownsWhatCarriesItsLabelsAndWhatItApplied() {
    JsonNode labelled =
        metadata(HELM.replace("labels:", "labels:\n  sluice.dev/installation: green"));
    AdoptionRule applied = new AdoptionRule(Adoption.NEVER, "green", Set.of(WEB.id()));

    assertThat(rule(Adoption.NEVER).of(WEB, labelled)).isEqualTo(new Verdict.Own());
    assertThat(applied.of(WEB, metadata(HELM))).as("drift").isEqualTo(new Verdict.Own());
    assertThat(applied.of(ROLE, metadata("{}"))).isInstanceOf(Verdict.Refused.class);
  }

  private static Optional<String> owner(String metadata) {
    return owner(WEB, metadata);
  }

  private static Optional<String> owner(ObjectRef ref, String metadata) {
    return switch (rule(Adoption.UNOWNED).of(ref, metadata(metadata))) {
      case Verdict.Refused(Optional<ObjectOwner> owner) -> owner.map(ObjectOwner::toString);
      case Verdict.TakenOver _, Verdict.Own _ -> Optional.empty();
    };
  }

  private static AdoptionRule rule(Adoption policy) {
    return new AdoptionRule(policy, "green", Set.of());
  }

  private static JsonNode metadata(String yaml) {
    try {
      JsonNode metadata = YamlDocument.readAll(yaml, "metadata").getFirst().content();
      return Json.mapper().createObjectNode().set("metadata", metadata);
    } catch (ManifestException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
