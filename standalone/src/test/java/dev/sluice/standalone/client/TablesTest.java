package dev.sluice.standalone.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.CommandLineInterface;
import dev.sluice.standalone.client.output.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Output of the verbs for people, from answers with long names and messages: it fits a terminal,
 * has ages, and its colours do not change its layout.
 */
class TablesTest {

  private static final String APP = "checkout-payment-gateway";
  private static final String COMMIT = "d90aae2aa5" + "0".repeat(30);
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-01T15:00:00Z"), ZoneOffset.UTC);
  private static final Map<String, String> TERMINAL = Map.of("TERM", "xterm-256color");

  private static HttpServer server;

  private record Ran(int code, String out, String err) {}

  @BeforeAll
  static void serve() throws IOException {
    JsonNode answers =
        Json.mapper().readTree(Files.readString(Path.of("src/test/resources/long-answers.json")));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          JsonNode answer = answers.path(exchange.getRequestURI().getPath());
          byte[] body = answer.toString().getBytes(UTF_8);
          exchange.sendResponseHeaders(answer.isMissingNode() ? 404 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterAll
  static void end() {
    server.stop(0);
  }

  static Stream<String> verbs() {
    return Stream.of(
        "status",
        "get apps",
        "get clusters",
        "get repositories",
        "get changes",
        "describe " + APP,
        "describe web",
        "describe --objects " + APP,
        "history " + APP,
        "drift " + APP,
        "diff " + APP,
        "explain " + COMMIT,
        "events",
        "deliveries",
        "doctor",
        "trace " + COMMIT,
        "trace 8f9d7cb2-4d5c-4b7e-9d2a-0f6d7b1c2a3e",
        "trace --cluster production-eu-west-1 deploy/" + APP,
        "dead-letters list",
        "dead-letters list --all",
        "dead-letters show entry",
        "approve %s --reason x --dry-run".formatted(APP),
        "rollback %s --to %s --reason x --dry-run".formatted(APP, COMMIT),
        "rebuild %s --reason x".formatted(APP));
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void outputFitsATerminal(String verb) {
    String out = run(verb, false, Map.of()).out();
    assertThat(out.lines()).hasSizeGreaterThan(1);
    assertThat(out.lines()).as(verb).allMatch(line -> fits(line) || line.contains("://"));
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void coloursDoNotChangeTheLayout(String verb) {
    String plain = run(verb, false, TERMINAL).out();
    assertThat(plain).doesNotContain("\u001b");
    assertThat(run(verb, true, TERMINAL).out().replaceAll("\u001b\\[[0-9]+m", "")).isEqualTo(plain);
    assertThat(run(verb + " -o json", true, TERMINAL).out()).doesNotContain("\u001b");
    assertThat(run(verb + " -o json --color always", true, TERMINAL).out())
        .doesNotContain("\u001b");
  }

  @Test
  void applicationsHaveAges() {
    assertThat(run("get apps", false, Map.of()).out())
        .isEqualTo(
            """
            APPLICATION  CLUSTER      SYNC       HEALTH       HELD         BEHIND  COMMIT      AGE    CAUSE
            check…teway  produ…est-1  Parked     Degraded     pinned to    17      d90aae2aa5  3h20m  Invalid
                                                              5c0e118b7f
            web          staging      OutOfSync  Progressing  suspended    ?       5c0e118b7f  4d3h   Repos…ound
            """);
    assertThat(run("get apps -o wide", false, Map.of()).out())
        .contains(APP, "production-eu-west-1", "  3h20m  ", "2026-01-01T11:39:59.123456Z");
    assertThat(run("get apps -o name", true, TERMINAL).out()).isEqualTo(APP + "\nweb\n");
  }

  @Test
  void statesHaveColours() {
    assertThat(run("get apps", true, TERMINAL).out())
        .contains("\u001b[31mParked\u001b[0m     \u001b[31mDegraded\u001b[0m     \u001b[33mpinned")
        .contains("\u001b[33mOutOfSync\u001b[0m  \u001b[33mProgressing\u001b[0m");
    assertThat(run("status", true, TERMINAL).out())
        .contains("1200 \u001b[32mSynced\u001b[0m,")
        .contains("\u001b[31mfault\u001b[0m  ClusterUnreachable");
    for (String colourless : new String[] {"get apps --color never", "get apps -o name"}) {
      assertThat(run(colourless, true, TERMINAL).out()).doesNotContain("\u001b");
    }
    assertThat(run("get apps", true, Map.of("TERM", "xterm", "NO_COLOR", "1")).out())
        .doesNotContain("\u001b");
    assertThat(run("get apps --color always", false, Map.of()).out()).contains("\u001b[31mParked");
    assertThat(run("get apps --color pink", false, Map.of()).err()).contains("auto, always, never");
  }

  @Test
  void whatIsWrongComesFirst() {
    assertThat(run("describe " + APP, false, Map.of()).out())
        .startsWith(
            """
            application  checkout-payment-gateway
            wrong        production-eu-west-1: Invalid: shop/overlays/production-eu-west-1/deployment.yaml,
            """)
        .contains(
            """
                         dead letter production-eu-west-1/checkout-payment-gateway/128, opened 3h20m ago,
                         attempts: 12
            remedy       Correct the fields that the message names.
            wrong        production-eu-west-1: MissingFile:
                         shop/overlays/production-eu-west-1/kustomization.yaml names
            """)
        .contains("remedy       Add the file, or remove the reference.\n")
        .contains("wrong        production-eu-west-1: Degraded for 3h20m: Deployment");
    assertThat(run("describe web", false, Map.of()).out()).doesNotContain("wrong", "remedy");
  }

  @Test
  void aDeadLetterIsReadable() {
    assertThat(run("dead-letters show entry", false, Map.of()).out())
        .contains("cause        Invalid: The API server's validation refuses the object (422).\n")
        .contains("what to do   Correct the fields that the message names.\n")
        .contains("object       Deployment checkout/checkout-payment-gateway\n")
        .contains("since        opened 3h20m ago; attempts: 12, the last one 3h20m ago\n");
    assertThat(run("dead-letters show entry -o wide", false, Map.of()).out())
        .contains("opened 3h20m ago (2026-01-01T11:39:59.123456Z);");
    assertThat(run("dead-letters show entry -o json", false, Map.of()).out())
        .startsWith("{\n  \"entry\"");
  }

  @Test
  void aTraceIsInTheOrderOfTime() {
    String trace = run("trace " + COMMIT, false, Map.of()).out();
    assertThat(trace)
        .contains("merge        #4711 Give the payment gateway")
        .contains(", by jo.hansen, merged by ann.lee\n")
        .contains("link         https://gitlab.platform.example.com:8443/")
        .contains("day          2026-01-01, times in UTC\n");
    assertThat(trace.lines().filter(line -> line.matches("\\d\\d:.*")))
        .extracting(line -> line.replaceAll("^(\\S+ +\\S+(?: m?s)?) .*? ([a-z]{4,}) .*", "$1 $2"))
        .containsExactly(
            "11:39:59.123  +0 ms received",
            "11:39:59.123  +0 ms received",
            "11:40:00.400  +1.2 s dispatched",
            "11:40:00.500  +1.3 s read",
            "11:40:02.000  +2.8 s rendered",
            "11:40:02.200  +3.0 s planned",
            "11:40:05.000  +5.8 s retrying",
            "11:40:09.500  +10.3 s parked",
            "12:40:09.500  +60m superseded");
  }

  private static boolean fits(String line) {
    return line.codePointCount(0, line.length()) <= Table.WIDTH;
  }

  private static Ran run(String line, boolean interactive, Map<String, String> environment) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Client client =
        new Client(
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            interactive,
            CLOCK);
    int code =
        new CommandLineInterface(List.of(), client::verbs, environment)
            .run(
                new PrintWriter(err, true, UTF_8),
                (line + " --server http://127.0.0.1:" + server.getAddress().getPort()).split(" "));
    return new Ran(code, out.toString(UTF_8), err.toString(UTF_8));
  }
}
