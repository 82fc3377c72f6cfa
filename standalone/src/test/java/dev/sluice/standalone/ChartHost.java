package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Server of charts: a repository with an index at {@code /stable}, a registry at {@code /team}. */
public final class ChartHost implements AutoCloseable {

  private final Map<String, byte[]> pages = new ConcurrentHashMap<>();
  private final StringBuilder index = new StringBuilder("apiVersion: v1\nentries:\n  cache:\n");
  private final HttpServer server;

  private ChartHost(HttpServer server) {
    this.server = server;
  }

  public static ChartHost start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ChartHost host = new ChartHost(server);
    server.createContext("/", host::answer);
    server.start();
    return host;
  }

  public String repository() {
    return "http://127.0.0.1:%d/stable".formatted(server.getAddress().getPort());
  }

  String registry() {
    return "oci://127.0.0.1:%d/team".formatted(server.getAddress().getPort());
  }

  /** Publishes a version of the chart {@code cache} in the repository and the registry. */
  public void publish(String version, Map<String, String> files) throws Exception {
    byte[] archive = archive(version, files);
    String digest = sha256(archive);
    index.append(
        "  - {name: cache, version: %1$s, urls: [cache-%1$s.tgz], digest: %2$s}%n"
            .formatted(version, digest));
    pages.put("/stable/index.yaml", index.toString().getBytes(UTF_8));
    pages.put("/stable/cache-%s.tgz".formatted(version), archive);
    pages.put("/v2/team/cache/blobs/sha256:" + digest, archive);
    pages.put(
        "/v2/team/cache/manifests/" + version,
        "{\"layers\": [{\"mediaType\": \"%s\", \"digest\": \"sha256:%s\"}]}"
            .formatted("application/vnd.cncf.helm.chart.content.v1.tar+gzip", digest)
            .getBytes(UTF_8));
  }

  /** Has a tag of the registry point to a published version. */
  void tag(String tag, String version) {
    pages.put(
        "/v2/team/cache/manifests/" + tag,
        Objects.requireNonNull(pages.get("/v2/team/cache/manifests/" + version)));
  }

  private static byte[] archive(String version, Map<String, String> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      put(tar, "Chart.yaml", "{apiVersion: v2, name: cache, version: %s}".formatted(version));
      for (Map.Entry<String, String> file : files.entrySet()) {
        put(tar, file.getKey(), file.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private static void put(TarArchiveOutputStream tar, String path, String text) throws IOException {
    byte[] content = text.getBytes(UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry("cache/" + path);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] page = pages.get(exchange.getRequestURI().getPath());
      if (page == null) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      exchange.sendResponseHeaders(200, page.length);
      exchange.getResponseBody().write(page);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
