package dev.sluice.worker.health;

import dev.sluice.contract.name.GroupKind;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Kinds whose controllers always report conditions or a phase, so that an object without them is
 * not healthy yet. Of other kinds it is healthy, since most kinds have no status.
 */
final class ReportingKinds {

  private static final List<String> KINDS =
      List.of(
          "(Application|ApplicationSet|Rollout|Workflow|AnalysisRun|Experiment)\\.argoproj\\.io",
          "(EventBus|EventSource|Sensor)\\.argoproj\\.io",
          "(Certificate|CertificateRequest|Issuer|ClusterIssuer)\\.cert-manager\\.io",
          "(Order|Challenge)\\.acme\\.cert-manager\\.io",
          "(Cluster|Machine|MachineSet|MachineDeployment|MachinePool)\\.cluster\\.x-k8s\\.io",
          "KubeadmControlPlane\\.controlplane\\.cluster\\.x-k8s\\.io",
          "(?!ProviderConfig|ClusterProviderConfig|Composition|Environment|Usage|.*RuntimeConfig"
              + "|ControllerConfig|StoreConfig)\\w+\\.([\\w.-]+\\.)?(crossplane|upbound)\\.io",
          "(ExternalSecret|ClusterExternalSecret|PushSecret)\\.external-secrets\\.io",
          "(SecretStore|ClusterSecretStore)\\.external-secrets\\.io",
          "(Kustomization|HelmRelease|GitRepository|OCIRepository|HelmChart|Bucket"
              + "|ImageRepository|ImagePolicy|ImageUpdateAutomation|Receiver)"
              + "\\.[a-z]+\\.toolkit\\.fluxcd\\.io",
          "(Gateway|GatewayClass|\\w+Route|BackendTLSPolicy)\\.gateway\\.networking\\.k8s\\.io",
          "(ScaledObject|ScaledJob)\\.keda\\.sh",
          "(Service|Configuration|Route|Revision)\\.serving\\.knative\\.dev",
          "InferenceService\\.serving\\.kserve\\.io",
          "Kafka(Bridge|Connect|Connector|MirrorMaker2|NodePool|Topic|User|Rebalance)?"
              + "\\.kafka\\.strimzi\\.io",
          "(TaskRun|PipelineRun)\\.tekton\\.dev",
          "Canary\\.flagger\\.app",
          "SealedSecret\\.bitnami\\.com",
          "(Prometheus|Alertmanager|ThanosRuler|PrometheusAgent)\\.monitoring\\.coreos\\.com",
          "Keycloak\\.k8s\\.keycloak\\.org",
          "(Policy|ClusterPolicy)\\.kyverno\\.io",
          "Cluster\\.postgresql\\.cnpg\\.io",
          "RabbitmqCluster\\.rabbitmq\\.com");

  private static final Pattern PATTERN =
      Pattern.compile(KINDS.stream().map("(%s)"::formatted).collect(Collectors.joining("|")));

  private ReportingKinds() {}

  static boolean contain(GroupKind kind) {
    return PATTERN.matcher(kind.toString()).matches();
  }
}
