package dev.sluice.inputs.git;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Git LFS beside git-http-backend(1): the batch API on its server, with the same login, and a store
 * of the files on a server of its own, which wants the token that the batch API gives.
 */
public final class LfsServer implements AutoCloseable {

  public static final String TOKEN = "RemoteAuth of-the-store";

  /** The text of answers without a file, which is longer than the files. */
  private static final byte[] PAGE = "<p>".repeat(30_000).getBytes(StandardCharsets.US_ASCII);

  private final HttpServer store;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final String login;
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile boolean besideGit;
  private volatile boolean redirecting;
  private volatile int storeStatus = 200;
  private final Map<String, String> storeHeaders = new ConcurrentHashMap<>();
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();

  /**
   * Starts the store, and serves the batch API of a repository.
   *
   * @param login {@code Basic ...} that the batch API wants
   */
  public LfsServer(HttpBackend git, String repository, String login) throws IOException {
    this.login = login;
    this.store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    store.setExecutor(threads);
    store.createContext("/", exchange -> store(exchange, TOKEN));
    store.start();
    git.serve("/" + repository + "/info/lfs/objects/batch", exchange -> batch(exchange, git));
    git.serve("/files", exchange -> store(exchange, login));
  }

  /** Keeps a file; returns its pointer. */
  public String put(byte[] content) throws Exception {
    String oid = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    files.put(oid, content);
    return pointer(oid, content.length);
  }

  /** Sends another content for a pointer than it was made for. */
  public void replace(String pointer, byte[] content) {
    files.put(oid(pointer), content);
  }

  public void remove(String pointer) {
    files.remove(oid(pointer));
  }

  /** Has the server of the batch API send the files too, without headers for them. */
  public void sendFilesBesideGit() {
    this.besideGit = true;
  }

  /** Has that server redirect to the store. */
  public void redirectToStore() {
    this.besideGit = true;
    this.redirecting = true;
  }

  /** Has the store answer with a status and a page in place of files. */
  public void answerFilesWith(int status) {
    this.storeStatus = status;
  }

  /** Adds a header to those that the batch API gives for the store. */
  public void giveHeader(String name, String value) {
    storeHeaders.put(name, value);
  }

  /** Returns how many files the store has been sending at the same time. */
  public int mostAtOnce() {
    return mostAtOnce.get();
  }

  /** Returns the paths of all requests with their {@code Authorization}. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  public static String oid(String pointer) {
    return pointer.lines().skip(1).findFirst().orElseThrow().substring("oid sha256:".length());
  }

  public static String pointer(String oid, long size) {
    return "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"
        .formatted(oid, size);
  }

  private void batch(HttpExchange exchange, HttpBackend git) throws IOException {
    if (!note(exchange).equals(login)) {
      answer(exchange, 401, new byte[0]);
      return;
    }
    JsonNode asked = Json.mapper().readTree(exchange.getRequestBody()).at("/objects/0");
    ObjectNode answer = Json.mapper().createObjectNode().put("transfer", "basic");
    ObjectNode object = answer.putArray("objects").addObject();
    String oid = asked.path("oid").asText();
    object.put("oid", oid).put("size", asked.path("size").asLong());
    if (!files.containsKey(oid)) {
      object.putObject("error").put("code", 404).put("message", "Object does not exist");
    } else if (besideGit) {
      object.putObject("actions").putObject("download").put("href", git.url("files/" + oid));
    } else {
      ObjectNode download = object.put("authenticated", true).putObject("actions");
      ObjectNode headers =
          download
              .putObject("download")
              .put("href", "http://127.0.0.1:%d/%s?signed=s3cret".formatted(storePort(), oid))
              .putObject("header")
              .put("Authorization", TOKEN);
      storeHeaders.forEach(headers::put);
    }
    answer(exchange, 200, Json.mapper().writeValueAsBytes(answer));
  }

  private int storePort() {
    return store.getAddress().getPort();
  }

  private void store(HttpExchange exchange, String wanted) throws IOException {
    String sent = note(exchange);
    String path = exchange.getRequestURI().getPath();
    String oid = path.substring(path.lastIndexOf('/') + 1);
    if (redirecting && path.startsWith("/files")) {
      exchange
          .getResponseHeaders()
          .set("Location", "http://127.0.0.1:%d/signed/%s".formatted(storePort(), oid));
      answer(exchange, 302, PAGE);
      return;
    }
    boolean permitted = path.startsWith("/signed") ? sent.isEmpty() : sent.equals(wanted);
    int status = permitted ? storeStatus : 403;
    mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
    awaitAnother();
    atOnce.decrementAndGet();
    answer(exchange, status, status == 200 ? files.get(oid) : PAGE);
  }

  /** Waits a moment for a request at the same time, unless there was one. */
  private synchronized void awaitAnother() {
    try {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
      while (mostAtOnce.get() <= 1 && System.nanoTime() < end) {
        wait(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String note(HttpExchange exchange) {
    String sent =
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")).orElse("");
    requests.add((exchange.getRequestURI().getPath() + " " + sent).strip());
    return sent;
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/vnd.git-lfs+json");
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  @Override
  public void close() {
    store.stop(0);
    threads.close();
  }
}
