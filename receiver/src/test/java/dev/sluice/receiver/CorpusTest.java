package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.receiver.endpoint.Endpoint;
import dev.sluice.receiver.endpoint.LiveEndpoint;
import dev.sluice.receiver.payload.Delivery;
import dev.sluice.receiver.request.RequestHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Results of parsing real and hostile bodies, if the corpus is present (system property {@code
 * sluice.corpus}, else beside the checkout). Expectations: {@code corpus.txt}.
 */
class CorpusTest {

  private static final Path CORPUS =
      Path.of(System.getProperty("sluice.corpus", "../../shared/webhooks"));
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(1_767_225_600), ZoneOffset.UTC);

  private final Map<String, String> expectations = new TreeMap<>();
  @TempDir private Path secrets;

  @BeforeEach
  void setUp() throws IOException {
    try (InputStream in = CorpusTest.class.getResourceAsStream("/corpus.txt")) {
      new String(Objects.requireNonNull(in).readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .forEach(line -> expectations.put(line.split(" ", 2)[0], line.split(" ", 2)[1].strip()));
    }
  }

  @TestFactory
  Stream<DynamicTest> everyBodyIsParsedAsExpected() {
    assumeTrue(Files.isDirectory(CORPUS), "no corpus at " + CORPUS);
    return expectations.entrySet().stream()
        .map(
            expected ->
                DynamicTest.dynamicTest(
                    expected.getKey(),
                    () -> assertThat(outcome(expected.getKey())).isEqualTo(expected.getValue())));
  }

  @Test
  void everyBodyHasAnExpectation() throws IOException {
    assumeTrue(Files.isDirectory(CORPUS), "no corpus at " + CORPUS);
    TreeSet<String> bodies = new TreeSet<>();
    try (Stream<Path> files = Files.walk(CORPUS)) {
      files
          .filter(Files::isRegularFile)
          .map(file -> CORPUS.relativize(file).toString())
          .filter(file -> file.contains("/") && !file.startsWith("signature-vectors/"))
          .filter(file -> !file.endsWith(".headers") || isHeadersOnly(file))
          .forEach(bodies::add);
    }
    assertThat(expectations.keySet()).isEqualTo(bodies);
  }

  private static boolean isHeadersOnly(String file) {
    return file.startsWith("adversarial/s") && !file.startsWith("adversarial/string");
  }

  private String outcome(String file) throws IOException {
    boolean headersOnly = file.endsWith(".headers");
    Path body = CORPUS.resolve(headersOnly ? "github/push-1.json" : file);
    RequestHeaders headers = headers(file.replaceFirst("\\.[a-z]+$", ".headers"));
    LiveEndpoint endpoint = endpoint(file);
    byte[] bytes = Files.readAllBytes(body);
    boolean authentic =
        endpoint.authenticator().begin(headers).map(check -> check.accepts(bytes)).orElse(false);
    if (!authentic) {
      return "unauthenticated";
    }
    Delivery delivery =
        new Delivery("forge", endpoint.endpoint().address(), headers, bytes, CLOCK.instant());
    return Described.of(endpoint.reader().read(delivery));
  }

  private static RequestHeaders headers(String file) throws IOException {
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (String line : Files.readAllLines(CORPUS.resolve(file))) {
      if (!line.startsWith("#") && line.contains(":")) {
        String[] parts = line.split(":", 2);
        headers.add(Map.entry(parts[0], parts[1].strip())); // HTTP strips it too
      }
    }
    return RequestHeaders.of(headers);
  }

  private LiveEndpoint endpoint(String file) throws IOException {
    return switch (file) {
      // bodies that were published with their secrets
      case "github/ping-1.json" -> live("github", "secret", "123");
      case "bitbucket-server/repo_comment_added-1.json" ->
          live("bitbucket-data-center,host=git.example.com", "secret", "this is secret");
      case "adversarial/stdwh-stale.headers" -> gitlab();
      default ->
          switch (file.replaceFirst("^derived/", "").replaceFirst("[/-].*", "")) {
            case "gitlab" -> gitlab();
            case "gitea", "forgejo", "gogs" ->
                live(
                    file.replaceFirst("^derived/", "").replaceFirst("[/-].*", "")
                        + ",host=git.example.com",
                    "secret",
                    "fixture-secret");
            case "azure" -> live("azure-devops", "secret", "azdo:fixture-secret");
            case "bitbucket" ->
                file.startsWith("bitbucket-cloud/")
                    ? live("bitbucket-cloud", "secret", "fixture-secret")
                    : live(
                        "bitbucket-data-center,host=git.example.com/scm",
                        "secret",
                        "fixture-secret");
            default -> live("github", "secret", "fixture-secret");
          };
    };
  }

  private LiveEndpoint gitlab() throws IOException {
    return live("gitlab", "signing-secret", "whsec_Zml4dHVyZS1zaWduaW5nLWtleS0wMTIzNDU2Nzg5YWI=");
  }

  private LiveEndpoint live(String forge, String kind, String secret) throws IOException {
    Path file = Files.writeString(secrets.resolve("secret"), secret);
    Endpoint endpoint =
        Endpoint.parse("name=forge,forge=%s,%s=file:%s".formatted(forge, kind, file));
    return Objects.requireNonNull(LiveEndpoint.resolve(List.of(endpoint), CLOCK).get("forge"));
  }
}
