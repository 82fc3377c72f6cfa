package dev.sluice.inputs.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.inputs.remote.ChartServer.Reply;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Server of published artifacts: the charts {@code queue} of the repository {@code /stable}, and
 * artifacts of Flux in the repository {@code acme/web} of a registry.
 */
public final class ArtifactServer implements AutoCloseable {

  private static final String MANIFEST =
      """
      {"schemaVersion": 2, "config": {"mediaType": "application/vnd.cncf.flux.config.v1+json"},
       "layers": [{"mediaType": "application/vnd.cncf.flux.content.v1.tar+gzip",
                   "digest": "%s", "size": %d}],
       "annotations": {"org.opencontainers.image.source": "https://git.example/acme/web",
                       "org.opencontainers.image.revision": "main@sha1:abc"}}
      """;

  private final ChartServer server;
  private final Map<String, byte[]> charts = new LinkedHashMap<>();

  private final Set<String> tags = new LinkedHashSet<>();

  private ArtifactServer(ChartServer server) {
    this.server = server;
  }

  public static ArtifactServer start() throws IOException {
    return new ArtifactServer(ChartServer.start());
  }

  /** Returns the URL of the chart repository. */
  public String chartRepository() {
    return server.url("/stable");
  }

  /** Returns the URL of the repository in the registry. */
  public String artifact() {
    return "oci://" + server.host() + "/acme/web";
  }

  /** Returns the host and port. */
  public String host() {
    return server.host();
  }

  /** Publishes a version of the chart {@code queue} with a ConfigMap of this value. */
  public void publishChart(String version, String value) throws IOException {
    charts.put(
        version,
        ChartPackage.of("queue", version).file("queue/values.yaml", "value: " + value).bytes());
    index();
  }

  /** Removes a version from the index of the chart repository. */
  public void withdrawChart(String version) {
    charts.remove(version);
    index();
  }

  private void index() {
    StringBuilder index = new StringBuilder("apiVersion: v1\nentries:\n  queue:\n");
    charts.forEach(
        (one, archive) -> {
          index.append(
              "  - {name: queue, version: %1$s, urls: [queue-%1$s.tgz], digest: %2$s}%n"
                  .formatted(one, Sha256.of(archive)));
          server.page("/stable/queue-%s.tgz".formatted(one), Reply.ok(archive));
        });
    server.page("/stable/index.yaml", Reply.ok(index.toString()));
  }

  /**
   * Pushes an artifact with a ConfigMap of this value; returns its digest.
   *
   * @param tag moves there if it exists
   */
  public String push(String tag, String value) throws IOException {
    byte[] archive =
        new ChartPackage()
            .directory(".")
            .file(
                "config.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {value: %s}\n"
                    .formatted(value))
            .bytes();
    String manifest = MANIFEST.formatted(Sha256.digest(archive), archive.length);
    String digest = Sha256.digest(manifest.getBytes(UTF_8));
    for (String reference : new String[] {tag, digest}) {
      server.page("/v2/acme/web/manifests/" + reference, Reply.ok(manifest));
    }
    tags.add(tag);
    server.page(
        "/v2/acme/web/tags/list?n=1000",
        Reply.ok(
            "{\"tags\": [%s]}"
                .formatted(
                    tags.stream()
                        .map(one -> "\"" + one + "\"")
                        .collect(Collectors.joining(", ")))));
    server.page("/v2/acme/web/blobs/" + Sha256.digest(archive), Reply.ok(archive));
    return digest;
  }

  /** Returns the number of requests for the archive of a version of the chart. */
  public long downloads(String version) {
    return server.received("/stable/queue-%s.tgz".formatted(version));
  }

  /** Returns the number of requests for a manifest. */
  public long readings(String reference) {
    return server.received("/v2/acme/web/manifests/" + reference);
  }

  @Override
  public void close() {
    server.close();
  }
}
