package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.name.GitRef;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jgit.lib.EmptyProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ProgressMonitor;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.PackLock;
import org.eclipse.jgit.transport.PackParser;
import org.eclipse.jgit.transport.PacketLineIn;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.UserAgent;
import org.jspecify.annotations.Nullable;

/**
 * Fetch of a commit that a webhook announced, in one round trip: asks for the ref's value and for
 * the commit's objects at the same time, by protocol version 2 (gitprotocol-v2(5)) over HTTP
 * connections that are kept. An ordinary fetch asks for capabilities, refs and objects one after
 * the other.
 *
 * <p>It only ever confirms that the ref has the announced value now. Whatever else it meets (an
 * older protocol, a redirect, a refusal, a failure, another value) is left to an ordinary fetch.
 */
final class AnnouncedFetch {

  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** The time for everything; an ordinary fetch, which may take longer, follows. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static final int MAX_REFS_BYTES = 64 * 1024;
  private static final int MAX_REST_BYTES = 64 * 1024;

  /** Created at the first use, and not in an initializer: it reads certificate authorities. */
  private static @Nullable HttpClient client;

  private final Repository repository;
  private final URI url;
  private final Optional<Remote.Login> login;

  private AnnouncedFetch(Repository repository, URI url, Optional<Remote.Login> login) {
    this.repository = repository;
    this.url = url;
    this.login = login;
  }

  /**
   * Creates a fetch; empty if the remote's URL is not a plain one of HTTP, or if this client, which
   * all remotes share, cannot reach it: the remote has a proxy or certificates of its own, or is
   * behind a kind of proxy that the client does not know.
   */
  static Optional<AnnouncedFetch> from(
      Remote remote, Optional<Remote.Login> login, Repository repository) {
    try {
      if (remote.https().filter(HttpsAccess::hasOwnConnections).isPresent()) {
        return Optional.empty();
      }
      URI url = URI.create(remote.url().replaceFirst("/+$", "") + "/git-upload-pack");
      return Optional.of(url)
          .filter(one -> "https".equals(one.getScheme()) || "http".equals(one.getScheme()))
          .filter(one -> one.getHost() != null && one.getRawUserInfo() == null)
          .filter(one -> one.getRawQuery() == null && one.getRawFragment() == null)
          .filter(one -> !isBehindSocks(one))
          .map(one -> new AnnouncedFetch(repository, one, login));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // the ordinary fetch reports it
    }
  }

  private static boolean isBehindSocks(URI url) {
    ProxySelector proxies = ProxySelector.getDefault();
    return proxies != null
        && proxies.select(url).stream().anyMatch(proxy -> proxy.type() == Proxy.Type.SOCKS);
  }

  private static synchronized HttpClient client() {
    if (client == null) {
      HttpClient.Builder builder =
          HttpClient.newBuilder()
              .connectTimeout(CONNECT)
              .followRedirects(HttpClient.Redirect.NEVER);
      Optional.ofNullable(ProxySelector.getDefault()).ifPresent(builder::proxy);
      client = builder.build();
    }
    return client;
  }

  /**
   * Returns a confirmation if the ref has the announced value, with its objects received; empty if
   * it has another.
   *
   * @param have an object that the repository has with its history
   * @throws IOException if the remote did not answer as expected
   */
  Optional<Confirmation> confirm(GitRef ref, ObjectId announced, ObjectId have) throws IOException {
    boolean known = announced.equals(have);
    Limit limit = new Limit(System.nanoTime() + LIMIT.toNanos());
    CompletableFuture<HttpResponse<InputStream>> value = post(listing(ref));
    CompletableFuture<HttpResponse<InputStream>> pack =
        known ? CompletableFuture.completedFuture(null) : post(wants(announced, have));
    CompletableFuture<Void> end =
        CompletableFuture.runAsync(
            () -> {
              abandon(value);
              abandon(pack);
            },
            CompletableFuture.delayedExecutor(LIMIT.toMillis(), TimeUnit.MILLISECONDS));
    try {
      if (!value(ref, answer(value)).equals(Optional.of(announced))) {
        return Optional.empty();
      }
      return Optional.of(
          new Confirmation(
              known ? Optional.empty() : Optional.ofNullable(receive(answer(pack), limit))));
    } finally {
      end.cancel(false);
      abandon(value);
      abandon(pack);
    }
  }

  /**
   * The ref has the announced value.
   *
   * @param lock of the pack that was received, if one was
   */
  record Confirmation(Optional<PackLock> lock) {}

  private CompletableFuture<HttpResponse<InputStream>> post(byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .timeout(LIMIT)
            .header("Content-Type", "application/x-git-upload-pack-request")
            .header("Accept", "application/x-git-upload-pack-result")
            .header("Git-Protocol", "version=2")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if ("http".equals(url.getScheme())) {
      request.version(HttpClient.Version.HTTP_1_1); // no attempt to upgrade to HTTP/2
    }
    Optional.ofNullable(UserAgent.get()).ifPresent(agent -> request.header("User-Agent", agent));
    login.ifPresent(user -> request.header("Authorization", basic(user)));
    return client().sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream());
  }

  private static String basic(Remote.Login user) {
    String pair = user.user() + ":" + user.password();
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] listing(GitRef ref) {
    return request("ls-refs", "ref-prefix " + ref.value());
  }

  private static byte[] wants(ObjectId announced, ObjectId have) {
    return request(
        "fetch",
        "thin-pack",
        "ofs-delta",
        "no-progress",
        "want " + announced.name(),
        "have " + have.name(),
        "done");
  }

  private static byte[] request(String command, String... arguments) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    PacketLineOut lines = new PacketLineOut(body);
    try {
      lines.writeString("command=" + command + "\n");
      lines.writeDelim();
      for (String argument : arguments) {
        lines.writeString(argument + "\n");
      }
      lines.end();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // it is written to memory
    }
    return body.toByteArray();
  }

  private static InputStream answer(CompletableFuture<HttpResponse<InputStream>> sent)
      throws IOException {
    try {
      HttpResponse<InputStream> response = sent.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      String type = response.headers().firstValue("Content-Type").orElse("");
      if (response.statusCode() != 200 || !type.equals("application/x-git-upload-pack-result")) {
        throw new IOException("status %d, type '%s'".formatted(response.statusCode(), type));
      }
      return response.body();
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Returns the value of the ref in the answer to a listing; other refs begin like it. */
  private static Optional<ObjectId> value(GitRef ref, InputStream answer) throws IOException {
    byte[] listed = answer.readNBytes(MAX_REFS_BYTES);
    PacketLineIn lines = new PacketLineIn(new ByteArrayInputStream(listed));
    for (String line : lines.readStrings()) {
      String[] words = line.split(" ", -1);
      if (words.length >= 2 && words[1].equals(ref.value()) && ObjectId.isId(words[0])) {
        return Optional.of(ObjectId.fromString(words[0]));
      }
    }
    return Optional.empty();
  }

  private PackLock receive(InputStream answer, ProgressMonitor limit) throws IOException {
    String section = new PacketLineIn(answer).readString();
    if (!section.equals("packfile")) {
      throw new IOException("the answer begins with '%s'".formatted(section));
    }
    PackLock lock;
    try (ObjectInserter inserter = repository.newObjectInserter()) {
      PackParser parser = inserter.newPackParser(new PackStream(answer));
      parser.setAllowThin(true);
      parser.setLockMessage("fetch from " + url.getHost());
      lock = parser.parse(limit, limit);
    }
    readToItsEnd(answer);
    return lock;
  }

  /** Reads the rest of an answer whose pack is complete, so that its connection is kept. */
  private static void readToItsEnd(InputStream answer) {
    try {
      var unused = answer.readNBytes(MAX_REST_BYTES);
    } catch (IOException e) {
      // then the connection is not kept
    }
  }

  /** Cancels the reception of a pack, also while its deltas are resolved. */
  private static final class Limit extends EmptyProgressMonitor {
    private final long end;

    Limit(long end) {
      this.end = end;
    }

    @Override
    public boolean isCancelled() {
      return System.nanoTime() - end > 0 || Thread.currentThread().isInterrupted();
    }
  }

  /** Ends a request whose answer is not read any further; without effect if it was read. */
  private static void abandon(CompletableFuture<HttpResponse<InputStream>> sent) {
    sent.cancel(true);
    sent.thenAccept(
            response -> {
              if (response != null) {
                close(response.body());
              }
            })
        .exceptionally(_ -> null);
  }

  private static void close(InputStream body) {
    try {
      body.close();
    } catch (IOException e) {
      // it is not needed any more
    }
  }
}
