package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectDifference.Kind;
import dev.sluice.contract.fleet.Adoption;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A namespace that another tool filled is taken over: what Git does not state goes away, whoever
 * left it, and no difference remains. The objects of the former tool have something named "former"
 * in each place.
 */
@Tag("kubernetes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TakeoverIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  /** Text in double angle brackets is only in the objects of the former tool. */
  private static final List<String> OBJECTS =
      List.of(
          """
          apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: NAME
            labels: {app: NAME<<, former.example.org/label: "1">>}
          spec:
            replicas: 2
            selector: {matchLabels: {app: NAME}}
            template:
              metadata:
                labels: {app: NAME<<, former.example.org/template: "1">>}
              spec:
                <<initContainers: [{name: former, image: "registry.local/former:1"}]>>
                containers:
                - name: web
                  image: registry.local/app:<<0>>1
                  ports: [{name: http, containerPort: 80}<<, {name: former, containerPort: 90}>>]
                  env: [{name: KEPT, value: "1"}<<, {name: former, value: "1"}>>]
                volumes: [{name: kept, emptyDir: {}}<<, {name: former, emptyDir: {}}>>]
          """,
          """
          apiVersion: v1
          kind: Service
          metadata: {name: NAME}
          spec:
            selector: {app: NAME<<, former: "1">>}
            ports: [{name: http, port: 80}<<, {name: former, port: 90}>>]
          """,
          """
          apiVersion: v1
          kind: ConfigMap
          metadata: {name: NAME}
          data: {key: git<<, former: "1">>}
          """,
          """
          apiVersion: rbac.authorization.k8s.io/v1
          kind: Role
          metadata: {name: NAME}
          rules:
          - {apiGroups: [""], resources: [pods<<, formers>>], verbs: [get]}
          """);

  /** An object that every API server refuses, before others are written. */
  private static final String REFUSED =
      "{apiVersion: v1, kind: Namespace, metadata: {name: No_Name}}";

  /** A tool, with the field manager and the marks of its objects. */
  enum Tool {
    KUBECTL_CLIENT_SIDE("kubectl-client-side-apply", false, true, "{}", "{}"),
    KUBECTL_CREATE("kubectl-create", false, false, "{}", "{}"),
    KUBECTL_SERVER_SIDE("kubectl", true, false, "{}", "{}"),
    SLUICE_INSTALL("sluice-install", true, false, "{}", "{}"),
    BEFORE_SERVER_SIDE_APPLY("", false, true, "{}", "{}"),
    HELM(
        "helm",
        false,
        false,
        "{app.kubernetes.io/managed-by: Helm}",
        "{meta.helm.sh/release-name: web, meta.helm.sh/release-namespace: apps}"),
    HELM_SERVER_SIDE(
        "helm",
        true,
        false,
        "{app.kubernetes.io/managed-by: Helm}",
        "{meta.helm.sh/release-name: web, meta.helm.sh/release-namespace: apps}"),
    ARGO_CLIENT_SIDE(
        "argocd-controller",
        false,
        true,
        "{}",
        "{argocd.argoproj.io/tracking-id: 'web:%s/%s:%s/%s'}"),
    ARGO_SERVER_SIDE("argocd-controller", true, false, "{argocd.argoproj.io/instance: web}", "{}"),
    FLUX_KUSTOMIZATION(
        "kustomize-controller",
        true,
        false,
        "{kustomize.toolkit.fluxcd.io/name: apps,"
            + " kustomize.toolkit.fluxcd.io/namespace: flux-system}",
        "{}"),
    FLUX_HELM_RELEASE(
        "helm-controller",
        false,
        false,
        "{app.kubernetes.io/managed-by: Helm, helm.toolkit.fluxcd.io/name: web,"
            + " helm.toolkit.fluxcd.io/namespace: apps}",
        "{meta.helm.sh/release-name: web, meta.helm.sh/release-namespace: apps}");

    private final String manager;
    private final boolean applies;
    private final boolean notes;
    private final String labels;
    private final String annotations;

    /**
     * @param applies whether it uses server-side apply
     * @param notes whether it notes what it applied in an annotation
     */
    Tool(String manager, boolean applies, boolean notes, String labels, String annotations) {
      this.manager = manager;
      this.applies = applies;
      this.notes = notes;
      this.labels = labels;
      this.annotations = annotations;
    }
  }

  private Bench bench;
  private Questions questions;

  @BeforeAll
  void open() {
    bench = new Bench();
    bench.fixture.assumeJsonOfBuiltInKinds();
    questions = new Questions(bench);
    bench.worker("one");
  }

  @AfterAll
  void close() {
    bench.close();
  }

  @ParameterizedTest
  @EnumSource
  void leavesNothingOfTheFormerToolAndNoDifference(Tool tool) throws Exception {
    isTakenOver(tool, Targets.adopting(Adoption.FORCE));
  }

  @ParameterizedTest
  @EnumSource(names = {"KUBECTL_CLIENT_SIDE", "BEFORE_SERVER_SIDE_APPLY", "HELM"})
  void leavesNothingOfAnEarlierDeploymentAlsoWithoutForce(Tool tool) throws Exception {
    isTakenOver(tool, Targets.with(Targets.adopting(Adoption.FORCE), "force", false));
  }

  private void isTakenOver(Tool tool, Policy policy) throws Exception {
    String name =
        tool.name().toLowerCase(Locale.ROOT).replace('_', '-') + (policy.force() ? "" : "-gently");
    for (String object : OBJECTS) {
      createAs(tool, name, object);
    }
    String[] git = OBJECTS.stream().map(object -> inGit(name, object)).toArray(String[]::new);

    bench.targets.send(bench.targets.target(name, 1, policy, with(git, REFUSED)));
    bench.awaitParked(name);
    assertThat(questions.ask(name).differences())
        .filteredOn(difference -> difference.kind() == Kind.CONFIGURED)
        .as("what the takeover would remove")
        .hasSize(OBJECTS.size())
        .allSatisfy(difference -> assertThat(difference.fields().toString()).contains("former"));
    bench.targets.send(bench.targets.target(name, 2, policy, git));
    bench.awaitApplied(name, 2);

    for (String object : OBJECTS) {
      ObjectNode live = live(inGit(name, object));
      assertThat(managers(live))
          .as("%s", live.path("kind"))
          .contains("sluice")
          // the values that the server itself gave to a Service stay
          .isSubsetOf("sluice", "before-first-apply");
      live.withObject("/metadata").remove("managedFields");
      assertThat(live.toString()).doesNotContain("former");
      assertThat(live.at("/metadata/labels").properties())
          .extracting(Map.Entry::getKey)
          .isSubsetOf("app", Ownership.APPLICATION_LABEL, Ownership.INSTALLATION_LABEL);
      assertThat(live.at("/metadata/annotations").properties())
          .extracting(Map.Entry::getKey)
          .isSubsetOf(Ownership.GENERATION_ANNOTATION, "deployment.kubernetes.io/revision");
    }
    assertThat(questions.ask(name).differences()).isEmpty();
  }

  private static String[] with(String[] manifests, String other) {
    return Stream.concat(Stream.of(manifests), Stream.of(other)).toArray(String[]::new);
  }

  private static String inGit(String name, String object) {
    return object.replaceAll("<<.*?>>", "").replace("NAME", name);
  }

  private static String former(String name, String object) {
    return object.replaceAll("<<|>>", "").replace("NAME", name);
  }

  private void createAs(Tool tool, String name, String object) throws Exception {
    String kind = object.split("\n", -1)[1].replace("kind: ", "");
    GenericKubernetesResource former =
        Serialization.unmarshal(former(name, object), GenericKubernetesResource.class);
    String group = former.getApiVersion().replaceFirst("/?[^/]*$", "");
    former.getMetadata().setNamespace(bench.namespace);
    former.getMetadata().getLabels().putAll(map(tool.labels));
    former
        .getMetadata()
        .getAnnotations()
        .putAll(map(tool.annotations.formatted(group, kind, bench.namespace, name)));
    if (tool.notes) {
      former
          .getMetadata()
          .getAnnotations()
          .put(LAST_APPLIED, JSON.writeValueAsString(former) + "\n");
    }
    if (tool.applies) {
      bench
          .fixture
          .client()
          .resource(former)
          .fieldManager(tool.manager)
          .forceConflicts()
          .serverSideApply();
      return;
    }
    String collection = collection(former);
    bench.fixture.client().raw(collection + "?fieldManager=" + tool.manager, "POST", former);
    if (tool.manager.isEmpty()) {
      // as objects are that were created before servers tracked fields
      bench
          .fixture
          .client()
          .resource(former)
          .patch(
              PatchContext.of(PatchType.JSON),
              "[{\"op\": \"replace\", \"path\": \"/metadata/managedFields\", \"value\": [{}]}]");
    }
  }

  private static Map<String, String> map(String yaml) {
    @SuppressWarnings("unchecked")
    Map<String, String> map = Serialization.unmarshal("---\n" + yaml, Map.class);
    return map;
  }

  private String collection(GenericKubernetesResource object) {
    String api = object.getApiVersion().contains("/") ? "/apis/" : "/api/";
    return "%s%s/namespaces/%s/%ss"
        .formatted(
            api,
            object.getApiVersion(),
            bench.namespace,
            object.getKind().toLowerCase(Locale.ROOT));
  }

  private ObjectNode live(String object) throws Exception {
    GenericKubernetesResource stated =
        Serialization.unmarshal(object, GenericKubernetesResource.class);
    String path = collection(stated) + "/" + stated.getMetadata().getName();
    return (ObjectNode) JSON.readTree(bench.fixture.client().raw(path));
  }

  /** Returns the managers of an object's fields other than its status. */
  private static List<String> managers(JsonNode live) {
    return StreamSupport.stream(live.at("/metadata/managedFields").spliterator(), false)
        .filter(entry -> entry.path("subresource").asText().isEmpty())
        .map(entry -> entry.path("manager").asText())
        .filter(manager -> !manager.equals("kube-controller-manager"))
        .distinct()
        .toList();
  }
}
