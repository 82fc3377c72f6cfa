package dev.sluice.inputs.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fetches of commits that a webhook announced, by HTTP. */
class AnnouncedFetchIT {

  private static final GitRef MAIN = GitRef.branch("main");

  @TempDir private Path directory;

  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<Integer> senders = Collections.synchronizedList(new ArrayList<>());
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private Origin origin;
  private Mirrors mirrors;
  private Handler handler = GitOverHttp::answer;
  private CommitId first;

  private interface Handler {
    void answer(HttpExchange exchange, Path repository) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    origin = new Origin(directory.resolve("shop.git"));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          senders.add(exchange.getRemoteAddress().getPort());
          requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
          handler.answer(exchange, directory.resolve("shop.git"));
        });
    server.start();
    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
    first = origin.commit(file("a: 1\n"));
    origin.set(MAIN, first);
    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.At(first));
    requests.clear();
  }

  @AfterEach
  void stop() throws IOException {
    mirrors.close();
    server.stop(0);
    threads.shutdownNow();
    origin.close();
  }

  @Test
  void theRefAndTheCommitAreRequestedAtTheSameTime() throws IOException {
    CommitId second = origin.commit(file("a: 2\n"), first);
    origin.set(MAIN, second);
    CountDownLatch both = new CountDownLatch(2);
    handler =
        (exchange, repository) -> {
          both.countDown();
          await(both);
          GitOverHttp.answer(exchange, repository);
        };

    assertThat(fetch(Optional.of(second))).isEqualTo(new FetchOutcome.At(second));
    assertThat(requests)
        .containsExactly("POST /shop/git-upload-pack", "POST /shop/git-upload-pack");
    assertThat(content(second)).isEqualTo("a: 2\n");
    assertThat(mirrors.changedPaths(repository(), first, second)).containsExactly("a.yaml");
  }

  @Test
  void connectionsAreKept() throws IOException {
    CommitId second = origin.commit(file("a: 2\n"), first);
    origin.set(MAIN, second);
    fetch(Optional.of(second));
    Set<Integer> ports = Set.copyOf(senders);
    senders.clear();

    CommitId third = origin.commit(file("a: 3\n"), second);
    origin.set(MAIN, third);
    assertThat(fetch(Optional.of(third))).isEqualTo(new FetchOutcome.At(third));
    assertThat(senders).hasSize(2).isSubsetOf(ports);
  }

  @Test
  void aCommitThatIsMirroredAlreadyIsOnlyConfirmed() throws IOException {
    CommitId second = origin.commit(file("a: 2\n"), first);
    origin.set(MAIN, second);
    fetch(Optional.of(second));
    requests.clear();

    assertThat(fetch(Optional.of(second))).isEqualTo(new FetchOutcome.At(second));
    assertThat(requests).containsExactly("POST /shop/git-upload-pack");
  }

  @Test
  void aRewrittenBranchIsFetched() throws IOException {
    CommitId rewritten = origin.commit(file("a: 3\n"));
    origin.set(MAIN, rewritten);

    assertThat(fetch(Optional.of(rewritten))).isEqualTo(new FetchOutcome.At(rewritten));
    assertThat(requests).hasSize(2);
    assertThat(content(rewritten)).isEqualTo("a: 3\n");
    assertThat(mirrors.has(repository(), first)).as("dispatched commits are kept").isTrue();
  }

  @Test
  void theRefsPresentValueIsFetchedIfItIsNotTheAnnouncedOne() throws IOException {
    CommitId second = origin.commit(file("a: 2\n"), first);
    CommitId third = origin.commit(file("a: 3\n"), second);
    origin.set(MAIN, third);

    assertThat(fetch(Optional.of(second))).isEqualTo(new FetchOutcome.At(third));
    assertThat(content(third)).isEqualTo("a: 3\n");
  }

  @Test
  void aBranchWhoseNameOnlyBeginsLikeTheRefIsAnother() throws IOException {
    CommitId second = origin.commit(file("a: 2\n"), first);
    origin.set(GitRef.branch("main-2"), second);

    assertThat(fetch(Optional.of(second))).isEqualTo(new FetchOutcome.NotYet(Optional.of(first)));
  }

  @Test
  void aServerWithoutTheProtocolIsAskedInTheOrdinaryWay() throws IOException {
    CommitId second = origin.commit(file("a: 2\n"), first);
    origin.set(MAIN, second);
    handler = GitOverHttp::answerInFirstVersion;

    assertThat(fetch(Optional.of(second))).isEqualTo(new FetchOutcome.At(second));
    assertThat(requests).contains("GET /shop/info/refs");
    requests.clear();
    CommitId third = origin.commit(file("a: 3\n"), second);
    origin.set(MAIN, third);
    assertThat(fetch(Optional.of(third))).isEqualTo(new FetchOutcome.At(third));
    assertThat(requests.getFirst()).as("not tried again soon").isEqualTo("GET /shop/info/refs");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0000",
        "<html>",
        "ffff",
        "0011acknowledged\n0000",
        "000dpackfile\n",
        "000dpackfile\n0000",
        "000dpackfile\n0004",
        "000dpackfile\nzzzz",
        "000dpackfile\n0009\1PACK0000",
        "000dpackfile\n0009\2slow0009\3oops0000",
        "000dpackfile\n0fff\1PACK"
      })
  void aPackThatIsNoneIsFetchedInTheOrdinaryWay(String answer) throws IOException {
    CommitId second = origin.commit(file("a: 2\n"), first);
    origin.set(MAIN, second);
    Set<String> answered = ConcurrentHashMap.newKeySet();
    handler =
        (exchange, repository) -> {
          byte[] request = exchange.getRequestBody().readAllBytes();
          boolean isWanted = new String(request, UTF_8).contains("command=fetch");
          if (isWanted && answered.add("once")) {
            exchange
                .getResponseHeaders()
                .set("Content-Type", "application/x-git-upload-pack-result");
            exchange.sendResponseHeaders(200, answer.isEmpty() ? -1 : 0);
            exchange.getResponseBody().write(answer.getBytes(UTF_8));
            exchange.close();
          } else {
            exchange.setStreams(new ByteArrayInputStream(request), null);
            GitOverHttp.answer(exchange, repository);
          }
        };

    assertThat(fetch(Optional.of(second))).isEqualTo(new FetchOutcome.At(second));
    assertThat(answered).isNotEmpty();
    assertThat(requests).contains("GET /shop/info/refs");
    assertThat(content(second)).isEqualTo("a: 2\n");
    try (Stream<Path> files = Files.walk(directory.resolve("mirrors"))) {
      assertThat(files.map(Path::toString))
          .noneMatch(name -> name.endsWith(".keep") || name.contains("incoming_"));
    }
  }

  @Test
  void credentialsAreSentAndARedirectIsNotFollowed() throws IOException {
    List<String> logins = Collections.synchronizedList(new ArrayList<>());
    CommitId second = origin.commit(file("a: 2\n"), first);
    origin.set(MAIN, second);
    handler =
        (exchange, repository) -> {
          logins.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          exchange
              .getResponseHeaders()
              .set("Location", "http://localhost:1" + exchange.getRequestURI());
          exchange.sendResponseHeaders(307, -1);
          exchange.close();
        };
    Path secret = Files.writeString(directory.resolve("secret"), "alice:s3cr3t-value\n");

    FetchOutcome outcome =
        mirrors.fetch(
            source(Optional.of(new SecretReference("file:" + secret))), MAIN, Optional.of(second));

    assertThat(((FetchOutcome.Failed) outcome).reason())
        .contains("redirects to another host or port, localhost:1");
    assertThat(logins)
        .containsOnly(
            "Basic " + Base64.getEncoder().encodeToString("alice:s3cr3t-value".getBytes(UTF_8)));
  }

  private FetchOutcome fetch(Optional<CommitId> announced) {
    return mirrors.fetch(source(), MAIN, announced);
  }

  private String content(CommitId commit) {
    SourceTree tree = mirrors.tree(repository(), commit);
    return new String(tree.read(tree.entry("a.yaml").orElseThrow(), 100), UTF_8);
  }

  private static Map<String, Origin.Content> file(String text) {
    return Map.of("a.yaml", Origin.Content.file(text));
  }

  private RepositoryId repository() {
    return new RepositoryId("forge.example/owner/shop");
  }

  private SourceSpec source() {
    return source(Optional.empty());
  }

  private SourceSpec source(Optional<SecretReference> credentials) {
    return new SourceSpec(
        repository(),
        "http://127.0.0.1:%d/shop".formatted(server.getAddress().getPort()),
        credentials,
        Optional.empty(),
        MAIN,
        "",
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  private static void await(CountDownLatch both) throws IOException {
    try {
      if (!both.await(10, TimeUnit.SECONDS)) {
        throw new IOException("the second request did not come");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
