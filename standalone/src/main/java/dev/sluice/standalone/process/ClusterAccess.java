package dev.sluice.standalone.process;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.process.FileRights;
import dev.sluice.worker.WorkerResources;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Access to clusters by kubeconfig contexts. */
public final class ClusterAccess {

  private static final Setting<Optional<Path>> KUBECONFIG =
      Setting.path(
              "kubeconfig",
              "the kubeconfig (default: $KUBECONFIG or ~/.kube/config; in a pod, its service"
                  + " account)")
          .optional();
  private static final Setting<List<Map.Entry<ClusterName, String>>> CONTEXTS =
      Setting.list(
          "context",
          "CLUSTER=CONTEXT",
          "the kubeconfig context of a cluster (default: the context named like the cluster; a"
              + " worker otherwise takes the only context)",
          ClusterAccess::parseContext);

  public static final List<Setting<?>> SETTINGS = List.of(KUBECONFIG, CONTEXTS);

  /** Access to no named cluster. */
  public static final ClusterAccess NONE = new ClusterAccess(Optional.empty(), List.of());

  private final Optional<Path> kubeconfig;
  private final List<Map.Entry<ClusterName, String>> contexts;

  private ClusterAccess(Optional<Path> kubeconfig, List<Map.Entry<ClusterName, String>> contexts) {
    this.kubeconfig = kubeconfig;
    this.contexts = contexts;
  }

  public static ClusterAccess from(SettingValues values) {
    return new ClusterAccess(values.get(KUBECONFIG), values.get(CONTEXTS));
  }

  /** Returns whether a kubeconfig or a context was given. */
  public boolean isGiven() {
    return kubeconfig.isPresent() || !contexts.isEmpty();
  }

  /** Returns the context that was given for a cluster. */
  public Optional<String> contextOf(ClusterName cluster) {
    return contexts.stream()
        .filter(entry -> entry.getKey().equals(cluster))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /**
   * Returns the name of a kubeconfig's context.
   *
   * @param context the name; empty for the current one
   * @throws IllegalArgumentException if there is no such context
   */
  public static String contextName(Optional<Path> kubeconfig, Optional<String> context) {
    ClusterAccess access = new ClusterAccess(kubeconfig, List.of());
    if (context.isPresent()) {
      return access.context(context.get()).getCurrentContext().getName();
    }
    Config config = access.whole();
    if (config.getCurrentContext() == null) {
      throw new IllegalArgumentException(
          "%s has no current context: name one with --context".formatted(shown(kubeconfig)));
    }
    return config.getCurrentContext().getName();
  }

  private static String shown(Optional<Path> kubeconfig) {
    return kubeconfig.map(Path::toString).orElse("$KUBECONFIG or ~/.kube/config");
  }

  /**
   * Returns a client for a kubeconfig's context.
   *
   * @throws IllegalArgumentException if there is no such context
   */
  public static KubernetesClient connectTo(Optional<Path> kubeconfig, String context) {
    return client(new ClusterAccess(kubeconfig, List.of()).context(context));
  }

  /** Returns a client for a cluster, by its context. */
  public KubernetesClient connect(ClusterName cluster) {
    return client(context(contextOf(cluster).orElse(cluster.value())));
  }

  /**
   * Returns a client for the only cluster of this process: by the given context, otherwise by the
   * service account in a pod, the context named like the cluster, or the only context. The current
   * context of several may be another cluster's.
   */
  KubernetesClient connectSingle(ClusterName cluster) {
    if (contextOf(cluster).isPresent()) {
      return connect(cluster);
    }
    boolean inPod = System.getenv("KUBERNETES_SERVICE_HOST") != null;
    if (inPod && kubeconfig.isEmpty()) {
      return client(Config.autoConfigure(null));
    }
    Config config = find(cluster.value()).orElseGet(() -> onlyContext(cluster));
    // not a field: the settings of this class are read by commands that log nothing
    LoggerFactory.getLogger(ClusterAccess.class)
        .atInfo()
        .addKeyValue("cluster", cluster)
        .addKeyValue("context", config.getCurrentContext().getName())
        .addKeyValue("server", config.getMasterUrl())
        .log("uses a context of the kubeconfig");
    return client(config);
  }

  /** Returns a client for the current context of a kubeconfig. */
  public static KubernetesClient connectBy(String kubeconfigText) {
    return client(Config.fromKubeconfig(kubeconfigText));
  }

  private Config onlyContext(ClusterName cluster) {
    List<String> contexts = whole().getContexts().stream().map(NamedContext::getName).toList();
    if (contexts.size() != 1) {
      throw new IllegalArgumentException(
          "%s has %s, and none is named '%s': name the cluster's with --context %s=CONTEXT"
              .formatted(
                  shown(kubeconfig),
                  contexts.isEmpty() ? "no contexts" : "the contexts " + contexts,
                  cluster,
                  cluster));
    }
    return context(contexts.getFirst());
  }

  /** Returns the kubeconfig with its current context. */
  private Config whole() {
    return kubeconfig
        .map(file -> Config.fromKubeconfig(readable(file).toFile()))
        .orElseGet(() -> Config.autoConfigure(null));
  }

  private Config context(String context) {
    return find(context)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no context '%s' in %s; name one that is there with --context"
                        .formatted(context, shown(kubeconfig))));
  }

  private Optional<Config> find(String context) {
    Config config =
        kubeconfig
            .map(file -> read(context, readable(file)))
            .orElseGet(() -> Config.autoConfigure(context));
    return Optional.of(config)
        .filter(found -> found.getCurrentContext() != null)
        .filter(found -> context.equals(found.getCurrentContext().getName()));
  }

  private static Config read(String context, Path file) {
    try {
      return Config.fromKubeconfig(context, file.toFile());
    } catch (RuntimeException e) { // also for an empty file
      throw new IllegalArgumentException(
          "%s is not a kubeconfig, or has no contexts".formatted(file), e);
    }
  }

  private static Path readable(Path file) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException(
          "cannot read the kubeconfig %s: %s".formatted(file, FileRights.describe(file)));
    }
    return file;
  }

  private static KubernetesClient client(Config config) {
    return new KubernetesClientBuilder().withConfig(WorkerResources.tuned(config)).build();
  }

  private static Map.Entry<ClusterName, String> parseContext(String text) {
    int equals = text.indexOf('=');
    if (equals < 1 || equals == text.length() - 1) {
      throw new IllegalArgumentException("expected CLUSTER=CONTEXT");
    }
    return Map.entry(new ClusterName(text.substring(0, equals)), text.substring(equals + 1));
  }
}
