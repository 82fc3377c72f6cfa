package dev.sluice.standalone.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.standalone.cli.CommandLineInterface;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Options of the verbs: each changes the request or the output, or is refused. */
class OptionsTest {

  private static final String APPLICATION =
      "{\"application\": \"web\", \"cluster\": \"east\", \"phase\": \"Synced\"}";
  private static final Map<String, String> ANSWERS =
      Map.of(
          "/api/v1/clusters",
          "[{\"cluster\": \"east\", \"applications\": 1}, {\"cluster\": \"west\", \"applications\":"
              + " 2}]",
          "/api/v1/repositories",
          "{\"items\": [{\"repository\": \"git.example/shop\", \"applications\": 1, \"refs\": []},"
              + " {\"repository\": \"git.example/tools\", \"applications\": 1, \"refs\": []}]}",
          "/api/v1/changes",
          "{\"items\": [{\"type\": \"ref-changed\", \"actor\": \"\\u001b[31m\\u202emallory\"}]}",
          "/api/v1/applications",
          "{\"items\": [" + APPLICATION + "]}",
          "/api/v1/dead-letters",
          "{\"items\": [{\"entry\": \"east/web/1\"}]}",
          "/api/v1/commands",
          "{\"commands\": [{\"application\": \"web\", \"clusters\": [\"east\"]}], \"skipped\": []}");

  /** A run of a verb, with its requests. */
  private record Ran(int code, String out, String err, List<String> asked) {}

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          URI uri = exchange.getRequestURI();
          String request = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          asked.add(request.isEmpty() ? uri.toString() : uri + " " + request);
          byte[] body = ANSWERS.getOrDefault(uri.getPath(), "{}").getBytes(UTF_8);
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

  @Test
  void everyOptionOfGetHasAnEffectOrIsRefused() {
    List<String> ineffective = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (String kind : List.of("apps", "clusters", "repositories", "changes", "dead-letters")) {
      Ran plain = run("get", kind);
      assertThat(plain.code()).isZero();
      for (String option :
          List.of(
              "east",
              "git.example/s*",
              "--cluster east",
              "--phase Synced",
              "--repository git.example/shop",
              "--limit 1")) {
        List<String> arguments = new ArrayList<>(List.of("get", kind));
        arguments.addAll(List.of(option.split(" ")));
        Ran ran = run(arguments.toArray(String[]::new));
        String what = String.join(" ", arguments);
        if (ran.code() == 2) {
          assertThat(ran.err()).contains("get " + kind + " takes no ");
          refused.add(what);
        } else if (ran.out().equals(plain.out()) && ran.asked().equals(plain.asked())) {
          ineffective.add(what);
        }
      }
    }
    assertThat(ineffective).isEmpty();
    assertThat(refused)
        .containsExactly(
            "get clusters --phase Synced",
            "get clusters --repository git.example/shop",
            "get repositories --cluster east",
            "get repositories --phase Synced",
            "get changes east",
            "get changes git.example/s*",
            "get changes --cluster east",
            "get changes --phase Synced",
            "get dead-letters --phase Synced",
            "get dead-letters --repository git.example/shop");
  }

  @Test
  void namesAndClustersChooseWhatIsListed() {
    assertThat(run("get", "clusters", "w*", "-o", "name").out()).isEqualTo("west\n");
    assertThat(run("get", "clusters", "--cluster", "east", "-o", "name").out()).isEqualTo("east\n");
    assertThat(run("get", "repositories", "*/tools", "-o", "name").out())
        .isEqualTo("git.example/tools\n");
    assertThat(run("get", "repositories", "--repository", "git.example/shop", "-o", "name").out())
        .isEqualTo("git.example/shop\n");
    assertThat(run("get", "apps", "--limit", "0").code()).isEqualTo(2);
  }

  @Test
  void deadLettersRefusesIneffectiveOptions() {
    for (String arguments :
        List.of(
            "list east/web/1",
            "list --reason x",
            "list --everything",
            "list --dry-run",
            "list --rate 5",
            "show",
            "show east/web/1 --all",
            "show east/web/1 --cluster east",
            "retry east/web/1 --reason x --application web",
            "retry east/web/1 --reason x --everything",
            "retry --everything --cluster east --reason x",
            "discard east/web/1 --reason x --all")) {
      List<String> all = new ArrayList<>(List.of("dead-letters"));
      all.addAll(List.of(arguments.split(" ")));
      Ran ran = run(all.toArray(String[]::new));
      assertThat(ran.code()).as(arguments).isEqualTo(2);
      assertThat(ran.asked()).as(arguments).isEmpty();
    }
  }

  @Test
  void formerSpellingsSendTheSameCommands() {
    String commit = "a".repeat(40);
    Map.of(
            "replay re-evaluate web --since 2026-01-01T00:00:00Z",
            "sync web --since 2026-01-01T00:00:00Z",
            "replay resync web --cluster east",
            "sync web --force --cluster east",
            "replay restore web --at " + commit,
            "rollback web --to " + commit,
            "replay restore web --at 2026-01-01T00:00:00Z",
            "rollback web --to 2026-01-01T00:00:00Z",
            "replay rebuild web --offsets 0:1-2",
            "rebuild web --offsets 0:1-2")
        .forEach(
            (former, current) -> {
              Ran ran = run((former + " --reason x --dry-run").split(" "));
              assertThat(ran.code()).as(former).isZero();
              assertThat(ran.asked())
                  .as(former)
                  .hasSize(1)
                  .isEqualTo(run((current + " --reason x --dry-run").split(" ")).asked());
            });
    assertThat(run("get", "dead-letters", "-o", "name").out())
        .isEqualTo(run("dead-letters", "list", "-o", "name").out())
        .isEqualTo("east/web/1\n");
  }

  @Test
  void helpShowsOneSpellingOfEachCommand() {
    assertThat(run("--help").out()).contains("rollback", "rebuild").doesNotContain("replay");
    assertThat(run("rollback", "--help").out()).contains("--to").doesNotContain("--at");
    assertThat(run("get", "--help").out()).doesNotContain("dead");
    assertThat(run("replay").code()).isEqualTo(2);
  }

  @Test
  void controlCharactersFromTheApiAreEscaped() {
    Ran table = run("get", "changes");
    assertThat(table.out())
        .contains("\\u{001b}[31m\\u{202e}mallory")
        .doesNotContain("\u001b", "\u202e");
    Ran json = run("get", "changes", "-o", "json");
    assertThat(json.out()).contains("\\u202emallory").doesNotContain("\u202e");
    Ran yaml = run("get", "changes", "-o", "yaml");
    assertThat(yaml.out()).contains("\\u202emallory").doesNotContain("\u202e");
  }

  private Ran run(String... arguments) {
    asked.clear();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", "http://127.0.0.1:" + server.getAddress().getPort()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Client client =
        new Client(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    CommandLineInterface line = new CommandLineInterface(List.of(), client::verbs, Map.of());
    PrintStream outBefore = System.out;
    PrintStream errBefore = System.err;
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(err, true, UTF_8));
    try {
      int code = line.run(all.toArray(String[]::new));
      return new Ran(code, out.toString(UTF_8), err.toString(UTF_8), List.copyOf(asked));
    } finally {
      System.setOut(outBefore);
      System.setErr(errBefore);
    }
  }
}
