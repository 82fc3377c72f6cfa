package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.fleet.Adoption;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.KindPattern;
import dev.sluice.contract.fleet.NamePattern;
import dev.sluice.contract.fleet.NamespaceCreation;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.Project;
import dev.sluice.contract.name.ServiceAccountName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Attempts of a tenant to reach outside of its project. */
final class ProjectAttempts {

  private static final String ELSEWHERE =
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: kube-system%s}}";
  private static final String ANNOTATED = ", annotations: {%s}";
  private static final String ROLE =
      "{apiVersion: rbac.authorization.k8s.io/v1, kind: %s, metadata: {name: %s}%s}";
  private static final String BINDING =
      ", roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}";
  private static final String DEFINITION =
      "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name:"
          + " widgets.example.org}, spec: {group: example.org, scope: %s, names: {kind: Widget,"
          + " plural: widgets}, versions: [{name: v1, served: true, storage: true, schema:"
          + " {openAPIV3Schema: {type: object}}}]}}";
  private static final String WIDGET =
      "{apiVersion: example.org/v1, kind: Widget, metadata: {name: w%s}}";

  private final Bench bench;
  private final ServiceAccountName deployer;
  private final Policy policy;
  private final Map<String, Attempt> attempts = new LinkedHashMap<>();

  ProjectAttempts(Bench bench) {
    this.bench = bench;
    this.deployer = new ServiceAccountName(bench.namespace, "deployer");
    this.policy = Targets.as(deployer);
    namespaces();
    kinds();
    names();
    application();
  }

  /** A target outside of its project, and the code of its refusal. */
  record Attempt(Sent target, FailureCode code) {}

  /** Returns the target of an application that makes an attempt. */
  interface Sent {
    SyncEvent.Target of(String application);
  }

  /** Returns the attempts by their descriptions. */
  Map<String, Attempt> all() {
    return attempts;
  }

  private void namespaces() {
    manifests("another namespace", ELSEWHERE.formatted(""));
    manifests(
        "a namespace with the same beginning",
        ELSEWHERE.formatted("").replace("kube-system", bench.namespace + "-2"));
    manifests(
        "an item of a list",
        "{apiVersion: v1, kind: List, items: [%s]}".formatted(ELSEWHERE.formatted("")));
    annotated("a Helm hook", "helm.sh/hook: post-install");
    annotated("an Argo CD hook", "argocd.argoproj.io/hook: PostSync");
    annotated("an object that is only created", "sluice.dev/apply: IfNotPresent");
    annotated("an object that is not reconciled", "sluice.dev/reconcile: disabled");
    send(
        "an object of another owner, by force",
        application ->
            inProject(
                bench.targets.target(
                    application,
                    1,
                    Targets.with(policy, "adopt", Adoption.FORCE),
                    ELSEWHERE.formatted(""))));
    send(
        "objects without a namespace, and another default namespace",
        application ->
            in(
                bench.targets.target(application, 1, policy, configMap("a", "x")),
                project(allowed(), bench.namespace),
                new ApplicationSpec("kube-system", policy)));
    manifests("a Namespace", "{apiVersion: v1, kind: Namespace, metadata: {name: kube-system}}");
  }

  private void kinds() {
    manifests(
        "a denied kind",
        "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {key: hidden}}");
    manifests("a kind of a denied group", ROLE.formatted("RoleBinding", "b", BINDING));
    manifests(
        "a cluster-scoped object",
        ROLE.formatted("ClusterRoleBinding", bench.namespace + "-x", BINDING));
    manifests(
        "a cluster-scoped object of another tenant",
        ROLE.formatted("ClusterRole", "cluster-admin", ", rules: []"));
    manifests(
        "a cluster-scoped object that claims a namespace",
        ROLE.formatted("ClusterRole", "view, namespace: " + bench.namespace, ", rules: []"));
    manifests(
        "a cluster-scoped kind that the same commit defines",
        DEFINITION.formatted("Cluster"),
        WIDGET.formatted(""));
    manifests(
        "a namespaced kind that the same commit defines",
        DEFINITION.formatted("Namespaced"),
        WIDGET.formatted(", namespace: kube-system"));
  }

  private void names() {
    attempts.put(
        "a generated name",
        new Attempt(
            rendering(
                "{apiVersion: v1, kind: ConfigMap, metadata: {generateName: x, namespace:"
                    + " kube-system}}"),
            RenderFailure.INVALID_MANIFEST));
    manifests(
        "a generated name of a cluster-scoped hook",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {generateName:"
            + " %s-, annotations: {argocd.argoproj.io/hook: PreSync}}, rules: []}"
                .formatted(bench.namespace));
    attempts.put(
        "a name that is a path",
        new Attempt(
            rendering(
                "{apiVersion: v1, kind: ConfigMap, metadata: {name:"
                    + " ../../kube-system/configmaps/x}}"),
            RenderFailure.INVALID_MANIFEST));
  }

  private void application() {
    as("another service account", Targets.as(new ServiceAccountName("kube-system", "deployer")));
    as("no service account", Policy.DEFAULT);
    Policy creating =
        Targets.with(policy, "createNamespace", new NamespaceCreation(Map.of(), Map.of()));
    send(
        "the creation of another namespace",
        application ->
            in(
                bench.targets.target(
                    application,
                    1,
                    creating,
                    configMap("a", "x")
                        .replace("name: a", "name: a\n  namespace: " + bench.namespace)),
                project(allowed(), bench.namespace),
                new ApplicationSpec("kube-system", creating)));
    in("another repository", "example.org/other/*", "*");
    in("another cluster", "*", "east-*");
  }

  private void annotated(String what, String annotation) {
    manifests(what, ELSEWHERE.formatted(ANNOTATED.formatted(annotation)));
  }

  private void manifests(String what, String... manifests) {
    send(what, rendering(manifests));
  }

  private void as(String what, Policy other) {
    send(
        what,
        application -> inProject(bench.targets.target(application, 1, other, configMap("a", "x"))));
  }

  private void in(String what, String repository, String cluster) {
    Project shop = project();
    Project other =
        new Project(
            shop.name(),
            patterns(repository),
            patterns(cluster),
            shop.namespaces(),
            shop.kinds(),
            shop.deniedKinds(),
            shop.clusterKinds(),
            Optional.empty(),
            Optional.empty());
    send(
        what,
        application -> {
          SyncEvent.Target target =
              bench.targets.target(application, 1, policy, configMap("a", "x"));
          return in(target, other, target.spec());
        });
  }

  private void send(String what, Sent target) {
    attempts.put(what, new Attempt(target, RenderFailure.OUTSIDE_PROJECT));
  }

  /** Renders to these manifests after one that the project allows. */
  private Sent rendering(String... manifests) {
    return application ->
        inProject(
            bench.targets.target(
                application,
                1,
                policy,
                Stream.concat(Stream.of(configMap("harmless", "x")), Stream.of(manifests))
                    .toArray(String[]::new)));
  }

  private SyncEvent.Target inProject(SyncEvent.Target target) {
    return in(target, project(allowed(), bench.namespace), target.spec());
  }

  private Optional<List<NamePattern>> allowed() {
    return Optional.of(patterns(deployer.toString()));
  }

  /** Returns a project of the tenant's namespace that requires no service account. */
  Project project() {
    return project(Optional.empty(), bench.namespace);
  }

  /** Returns a project with these service accounts and this namespace. */
  Project project(Optional<List<NamePattern>> accounts, String namespace) {
    return new Project(
        "shop",
        patterns("example.org/team/*"),
        patterns("*"),
        patterns(namespace),
        List.of(KindPattern.parse("*")),
        List.of(KindPattern.parse("*.rbac.authorization.k8s.io"), KindPattern.parse("Secret")),
        List.of(
            KindPattern.parse("Namespace"),
            KindPattern.parse(
                "ClusterRole.rbac.authorization.k8s.io/%s-*".formatted(bench.namespace))),
        accounts,
        Optional.empty());
  }

  private static List<NamePattern> patterns(String... texts) {
    return Stream.of(texts).map(NamePattern::new).toList();
  }

  /** Returns a target in a project. */
  static SyncEvent.Target in(SyncEvent.Target target, Project project, ApplicationSpec spec) {
    return new SyncEvent.Target(
        target.application(),
        target.cluster(),
        target.generation(),
        spec.in(Optional.of(project)),
        target.sources(),
        target.approved(),
        target.inputDigest(),
        target.provenance());
  }
}
