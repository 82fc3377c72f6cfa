package dev.sluice.standalone.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** How {@code audit} reads the API, whose answers have several pages. */
class AuditVerbTest {

  private static final int PAGES = 4;
  private static final Pattern AFTER = Pattern.compile("after=(\\d+)");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().toString());
          byte[] body = page(exchange.getRequestURI().toString()).getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void end() {
    server.stop(0);
  }

  /** Returns a page of 1,000 commands, or the origins of no commit. */
  private static String page(String address) {
    if (address.startsWith("/api/v1/commits")) {
      return "[]";
    }
    Matcher after = AFTER.matcher(address);
    int number = after.find() ? Integer.parseInt(after.group(1)) : 0;
    List<String> items =
        IntStream.range(0, 1000)
            .mapToObj(
                i ->
                    """
                    {"id": "command/%d", "at": "2026-01-01T00:00:00Z", "by": "jo", "application": "web",
                     "clusters": ["east"], "command": {"kind": "suspend"}, "reason": "x",
                     "body": {"subject": {"application": "web", "commit": "%040x"}}}
                    """
                        .formatted(number * 1000 + i, number * 1000 + i))
            .toList();
    return "{\"items\": [%s]%s}"
        .formatted(
            String.join(",", items),
            number + 1 < PAGES ? ", \"next\": \"%d\"".formatted(number + 1) : "");
  }

  @Test
  void allPagesAreReadAndCounted() {
    assertThat(run("commands", "-o", "name")).isZero();
    assertThat(out.toString(UTF_8).lines()).hasSize(PAGES * 1000);
    assertThat(err.toString(UTF_8))
        .startsWith("\rread 1000\rread 2000\rread 3000\r")
        .doesNotContain("\n");
  }

  @Test
  void originsAreAskedForManyCommitsAtOnce() {
    assertThat(run("delivered", "-o", "csv")).isZero();
    assertThat(out.toString(UTF_8).lines()).hasSize(PAGES * 1000 + 1);
    assertThat(asked).filteredOn(one -> one.startsWith("/api/v1/commits?")).hasSize(PAGES * 20);
  }

  @Test
  void timesAreCheckedBeforeAnythingIsAsked() {
    for (String option : List.of("--since", "--until")) {
      assertThat(run("commands", option, "yesterday")).isEqualTo(2);
    }
    assertThat(err.toString(UTF_8)).contains("'yesterday' is not a time");
    assertThat(run("running", "--since", "2026-01-02T00:00:00Z", "--until", "2026-01-01T00:00:00Z"))
        .isNotZero();
    assertThat(asked).isEmpty();
  }

  private int run(String... arguments) {
    PrintStream error = new PrintStream(err, true, UTF_8);
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, UTF_8), error, true, Clock.systemUTC(), List.of(), Map.of());
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", "http://127.0.0.1:" + server.getAddress().getPort()));
    CommandLine line = new CommandLine(new AuditVerb(terminal));
    line.setErr(new PrintWriter(error, true, UTF_8));
    return line.execute(all.toArray(String[]::new));
  }
}
