package dev.sluice.benchmarks.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Bodies of GitHub push deliveries, padded to a given size. */
final class PushBodies {

  static final String SECRET = "the secret of a benchmark";

  private static final String COMMIT =
      """
      {"id":"%s","tree_id":"%s","distinct":true,"message":"Raise the limit of connections","timestamp":\
      "2026-01-02T03:04:05Z","url":"https://github.com/example/repo/commit/%s","author":{"name":"Ada",\
      "email":"ada@example.com","username":"ada"},"committer":{"name":"Ada","email":"ada@example.com",\
      "username":"ada"},"added":[],"removed":[],"modified":["deploy/web/deployment.yaml"]}""";
  private static final String PUSH =
      """
      {"ref":"refs/heads/main","before":"%s","after":"%s","repository":{"id":%d,"name":"repo-%d",\
      "full_name":"example/repo-%d","private":false,"owner":{"name":"example","login":"example"},\
      "html_url":"https://github.com/example/repo","default_branch":"main"},"pusher":{"name":"ada",\
      "email":"ada@example.com"},"sender":{"login":"ada","id":1},"created":false,"deleted":false,\
      "forced":false,"commits":[%s],"padding":"%s"}""";

  private PushBodies() {}

  /**
   * Returns a body.
   *
   * @param repository number of the repository
   * @param bytes minimum length
   */
  static byte[] of(int repository, int bytes) {
    String id = "%040x".formatted(repository + 1);
    String commits =
        IntStream.range(0, 10)
            .mapToObj(_ -> COMMIT.formatted(id, id, id))
            .collect(Collectors.joining(","));
    String text = PUSH.formatted(id, id, repository, repository, repository, commits, "");
    int missing = Math.max(0, bytes - text.length());
    return PUSH.formatted(id, id, repository, repository, repository, commits, "x".repeat(missing))
        .getBytes(UTF_8);
  }

  /** Returns the head of a request, with {@code %s} in place of the delivery's id. */
  static String head(byte[] body) {
    return """
    POST /webhooks/github HTTP/1.1\r
    Host: localhost\r
    Content-Type: application/json\r
    Content-Length: %d\r
    User-Agent: GitHub-Hookshot/benchmark\r
    X-GitHub-Event: push\r
    X-Hub-Signature-256: sha256=%s\r
    X-GitHub-Delivery: %%s\r
    \r
    """
        .formatted(body.length, signature(body));
  }

  private static String signature(byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
