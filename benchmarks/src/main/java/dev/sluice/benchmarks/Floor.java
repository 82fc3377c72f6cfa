package dev.sluice.benchmarks;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;

/**
 * Lower bound of latency: the least that any such system must do for one commit. It fetches the
 * commit and applies the object. There is no broker, evaluation, rendering or ledger.
 */
final class Floor implements AutoCloseable {

  private final Git mirror;
  private final String url;
  private final KubernetesClient cluster;
  private final String namespace;

  private Floor(Git mirror, String url, KubernetesClient cluster, String namespace) {
    this.mirror = mirror;
    this.url = url;
    this.cluster = cluster;
    this.namespace = namespace;
  }

  /**
   * Clones a repository.
   *
   * @param directory of the clone
   */
  static Floor create(Path directory, String url, KubernetesClient cluster, String namespace)
      throws GitAPIException {
    Git mirror = Git.init().setBare(true).setDirectory(directory.toFile()).call();
    Floor floor = new Floor(mirror, url, cluster, namespace);
    floor.fetch();
    return floor;
  }

  /** Runs once for the newest commit; returns milliseconds of the fetch and of both steps. */
  double[] run(String version) throws GitAPIException {
    long start = System.nanoTime();
    fetch();
    long fetched = System.nanoTime();
    apply(configMap("floor-object", Map.of("version", version)));
    long end = System.nanoTime();
    return new double[] {(fetched - start) / 1e6, (end - start) / 1e6};
  }

  private void fetch() throws GitAPIException {
    mirror.fetch().setRemote(url).setRefSpecs("+refs/heads/main:refs/heads/main").call();
  }

  private void apply(ConfigMap configMap) {
    cluster
        .configMaps()
        .inNamespace(namespace)
        .resource(configMap)
        .fieldManager("floor")
        .forceConflicts()
        .serverSideApply();
  }

  private ConfigMap configMap(String name, Map<String, String> data) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(namespace)
        .endMetadata()
        .withData(data)
        .build();
  }

  @Override
  public void close() {
    mirror.close();
  }
}
