package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.standalone.process.OneProcess;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application that moves from Argo CD, in the steps of the documentation. */
@Tag("kubernetes")
class ArgoTakeoverIT {

  @Test
  void anApplicationOfArgoIsShownThenTakenOver(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      scenario.fixture(STAGING).assumeJsonOfBuiltInKinds();
      String namespace = scenario.namespace();
      String tracked =
          """
          apiVersion: v1
          kind: ConfigMap
          metadata:
            name: web
            namespace: %1$s
            annotations: {argocd.argoproj.io/tracking-id: "shop:/ConfigMap:%1$s/web"}
          data: {value: argo, old: argo}
          """
              .formatted(namespace);
      Resource<?> argo = scenario.client(STAGING).resource(tracked);
      assertThat(argo.fieldManager("argocd-controller").serverSideApply()).isNotNull();
      var unused =
          scenario
              .client(STAGING)
              .configMaps()
              .inNamespace(namespace)
              .resource(
                  new ConfigMapBuilder()
                      .withNewMetadata()
                      .withName("mine")
                      .endMetadata()
                      .addToData("value", "mine")
                      .build())
              .create();
      scenario
          .fleet()
          .document(
              """
              apiVersion: sluice.dev/v1
              kind: Application
              metadata: {name: shop}
              spec:
                source: {repository: apps, path: shop}
                clusters: {names: [%s]}
                namespace: %s
                policy: {adopt: unowned}
              """
                  .formatted(STAGING, namespace));
      scenario.commit(
          Map.of(
              "shop/web.yaml", configMap("web", "git"),
              "shop/mine.yaml", configMap("mine", "git"),
              "shop/new.yaml", configMap("new", "git")));
      try (OneProcess sluice = scenario.start()) {
        patiently()
            .untilAsserted(
                () ->
                    assertThat(CommandRun.of(sluice, "dead-letters", "list", "-o", "wide").out())
                        .contains("OwnedByAnother")
                        .contains(
                            "ConfigMap %s/web is owned by Argo CD (application shop)"
                                .formatted(namespace)));
        assertThat(CommandRun.of(sluice, "diff", "shop").out())
            .contains("refused", "is owned by Argo CD", "exists already");
        assertThat(CommandRun.of(sluice, "diff", "shop", "-o", "json").out())
            .contains(
                "is owned by Argo CD (application shop): policy.adopt: unowned refuses it",
                "exists already, without an owner: taken over");
        assertThat(scenario.configMaps().value("web")).contains("argo");
        assertThat(scenario.configMaps().value("new")).isEmpty();
        String uid = scenario.configMaps().uid("web");

        scenario.fleet().replace("adopt: unowned", "adopt: force");

        scenario.configMaps().awaitValue("web", "git");
        patiently()
            .untilAsserted(
                () ->
                    assertThat(scenario.deadLetters().getLast())
                        .isInstanceOf(DeadLetterEvent.Closed.class));
        assertThat(scenario.configMaps().uid("web")).isEqualTo(uid);
        assertThat(scenario.configMaps().value("web", "old")).isEqualTo(Optional.empty());
        assertThat(scenario.configMaps().find("web").orElseThrow().getMetadata().getAnnotations())
            .doesNotContainKey("argocd.argoproj.io/tracking-id");
        assertThat(CommandRun.of(sluice, "diff", "shop").code()).isZero();
        scenario.verify();
      }
    }
  }
}
