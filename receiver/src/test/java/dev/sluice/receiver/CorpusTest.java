package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.receiver.authenticity.RequestHeaders;
import dev.sluice.receiver.endpoint.Endpoint;
import dev.sluice.receiver.endpoint.LiveEndpoint;
import dev.sluice.receiver.payload.Delivery;
import dev.sluice.receiver.payload.Parsed;
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
 * What real and hostile bodies turn out to be, where the corpus is there (system property {@code
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
  Stream<DynamicTest> everyBodyIsWhatItIs() {
    assumeTrue(Files.isDirectory(CORPUS), "no corpus at " + CORPUS);
    return expectations.entrySet().stream()
        .map(
            expected ->
                DynamicTest.dynamicTest(
                    expected.getKey(),
                    () -> assertThat(outcome(expected.getKey())).isEqualTo(expected.getValue())));
  }

  @Test
  void everyBodyOfBothForgesHasAnExpectation() throws IOException {
    assumeTrue(Files.isDirectory(CORPUS), "no corpus at " + CORPUS);
    TreeSet<String> bodies = new TreeSet<>();
    for (String folder : List.of("github", "gitlab", "adversarial")) {
      try (Stream<Path> files = Files.list(CORPUS.resolve(folder))) {
        files
            .map(file -> CORPUS.relativize(file).toString())
            .filter(file -> folder.equals("adversarial") || !file.endsWith(".headers"))
            .map(file -> file.startsWith("adversarial/sig-") ? file : withoutHeaders(file))
            .filter(file -> !file.isEmpty())
            .forEach(bodies::add);
      }
    }
    assertThat(expectations.keySet()).containsAll(bodies);
  }

  private static String withoutHeaders(String file) {
    return file.endsWith(".headers") && !file.contains("stdwh") ? "" : file;
  }

  private String outcome(String file) throws IOException {
    boolean headersOnly = file.endsWith(".headers");
    Path body = CORPUS.resolve(headersOnly ? "github/push-1.json" : file);
    RequestHeaders headers = headers(file.replaceFirst("\\.[a-z]+$", ".headers"));
    boolean gitlab = file.startsWith("gitlab/") || file.contains("stdwh");
    LiveEndpoint endpoint = gitlab ? gitlab() : github(file);
    byte[] bytes = Files.readAllBytes(body);
    boolean authentic =
        endpoint.authenticator().begin(headers).map(check -> check.accepts(bytes)).orElse(false);
    if (!authentic) {
      return "unauthenticated";
    }
    Delivery delivery =
        new Delivery("forge", endpoint.endpoint().host(), headers, bytes, CLOCK.instant());
    return switch (endpoint.reader().read(delivery)) {
      case Parsed.Events(List<ChangeEvent> events) -> described(events);
      case Parsed.Ignored(String reason) -> "ignored: " + reason;
      case Parsed.Malformed(String reason) -> "malformed: " + reason;
    };
  }

  private static String described(List<ChangeEvent> events) {
    assertThat(events).hasSize(1);
    return switch (events.getFirst()) {
      case ChangeEvent.RefChanged change ->
          String.join(
              " ",
              "moved",
              change.repository().value(),
              change.ref().value(),
              change.before().map(CommitId::abbreviated).orElse("none"),
              change.after().map(CommitId::abbreviated).orElse("none"),
              "by " + actor(change.origin()));
      case ChangeEvent.MergeRecorded merge ->
          String.join(
              " ",
              "merged",
              merge.repository().value() + "#" + merge.number(),
              merge.target().value(),
              merge.mergeCommit().map(CommitId::abbreviated).orElse("none"),
              "by " + actor(merge.origin()));
      default -> throw new IllegalStateException("a receiver writes no other event");
    };
  }

  private static String actor(Origin origin) {
    return ((Origin.Webhook) origin).actor().orElse("nobody");
  }

  private static RequestHeaders headers(String file) throws IOException {
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (String line : Files.readAllLines(CORPUS.resolve(file))) {
      if (!line.startsWith("#") && line.contains(":")) {
        String[] parts = line.split(":", 2);
        headers.add(Map.entry(parts[0], parts[1].strip())); // as HTTP strips it
      }
    }
    return RequestHeaders.of(headers);
  }

  private LiveEndpoint github(String file) throws IOException {
    // the one body whose own secret was published with it
    return live("github", file.equals("github/ping-1.json") ? "123" : "fixture-secret", "secret");
  }

  private LiveEndpoint gitlab() throws IOException {
    return live("gitlab", "whsec_Zml4dHVyZS1zaWduaW5nLWtleS0wMTIzNDU2Nzg5YWI=", "signing-secret");
  }

  private LiveEndpoint live(String forge, String secret, String kind) throws IOException {
    Path file = Files.writeString(secrets.resolve(forge), secret);
    Endpoint endpoint =
        Endpoint.parse("name=forge,forge=%s,%s=file:%s".formatted(forge, kind, file));
    return Objects.requireNonNull(LiveEndpoint.resolve(List.of(endpoint), CLOCK).get("forge"));
  }
}
