package dev.sluice.standalone.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.standalone.cli.CommandLineInterface;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/**
 * Every verb ends within its time limit, with one line that says why, whatever the server does. The
 * servers are sockets, since no HTTP server misbehaves like this.
 */
class DeadlineTest {

  private static final String HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n";

  /** How long a verb may take in addition to its limit, on a busy machine. */
  private static final Duration MARGIN = Duration.ofSeconds(8);

  private static final List<String> VERBS =
      List.of(
          "status",
          "get apps",
          "get clusters",
          "get repositories -o json",
          "get changes",
          "describe web --objects",
          "history web",
          "trace cm/web --cluster east",
          "audit running",
          "audit commands",
          "explain 1234567",
          "events",
          "events -f",
          "get apps -w",
          "deliveries",
          "wait --for applied=1234567",
          "wait --for healthy=1234567 web",
          "diff web",
          "drift",
          "doctor",
          "sync web --reason x",
          "suspend web --reason x",
          "resume web --reason x",
          "release web --reason x",
          "rollback web --to 1234567 --reason x",
          "resend web --reason x",
          "rebuild web --reason x",
          "approve web --reason x",
          "approve --fleet 0000000000000000000000000000000000000000000000000000000000000000"
              + " --reason x",
          "dead-letters list",
          "dead-letters show east/web/1",
          "dead-letters retry --everything --reason x",
          "dead-letters discard east/web/1 --reason x",
          "replay resync web --reason x");

  private final CountDownLatch ended = new CountDownLatch(1);
  private final List<Socket> sockets = new ArrayList<>();

  /** How a server treats a connection. */
  private enum Server {
    NEVER_ACCEPTS,
    NEVER_ANSWERS,
    SENDS_A_HEADER_BYTE_BY_BYTE,
    SENDS_A_BODY_BYTE_BY_BYTE,
    STOPS_IN_THE_BODY,
    DIES_IN_THE_HEADER,
    DIES_IN_THE_BODY
  }

  @AfterEach
  void end() throws IOException {
    ended.countDown();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Test
  void everyVerbIsTested() {
    List<String> tested = VERBS.stream().map(line -> line.split(" ", 2)[0]).toList();
    PrintStream none = new PrintStream(new ByteArrayOutputStream(), false, UTF_8);
    assertThat(new Client(none, none).verbs(List.of(), Map.of()))
        .map(
            verb ->
                (verb instanceof CommandLine line ? line : new CommandLine(verb)).getCommandName())
        .isSubsetOf(tested);
  }

  static Stream<Arguments> everyVerbWithEveryServer() {
    return Stream.of(Server.values())
        .flatMap(
            server ->
                (server == Server.NEVER_ANSWERS || server == Server.SENDS_A_BODY_BYTE_BY_BYTE
                        ? VERBS.stream()
                        : Stream.of("status", "events -f", "wait --for applied=1234567"))
                    .map(verb -> Arguments.of(server, verb)));
  }

  @ParameterizedTest
  @MethodSource("everyVerbWithEveryServer")
  void aVerbEndsWithinItsLimit(Server kind, String verb) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      serve(server, kind);
      Ran ran = run(verb + " --timeout 300ms", server.getLocalPort());

      boolean dies = kind == Server.DIES_IN_THE_HEADER || kind == Server.DIES_IN_THE_BODY;
      int code = dies ? 3 : 124;
      if (verb.equals("doctor")) {
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out()).contains("wrong").contains("300 ms");
        return;
      }
      assertThat(ran.code()).as(ran.err()).isEqualTo(code);
      assertThat(ran.err().lines()).as(ran.err()).hasSize(1);
      assertThat(ran.err()).contains(dies ? "broke off" : "300 ms");
    }
  }

  @Test
  void aLimitIsATime() {
    for (String limit : List.of("0s", "soon", "-1s", "10")) {
      Ran ran = run("status --timeout " + limit, 1);
      assertThat(ran.code()).as(limit).isEqualTo(2);
      assertThat(ran.err()).as(limit).contains("--timeout");
    }
    assertThat(run("status --timeout 999999999d", 1).code()).isEqualTo(3);
  }

  private record Ran(int code, String out, String err) {}

  private static Ran run(String line, int port) {
    List<String> all = new ArrayList<>(List.of(line.split(" ")));
    all.addAll(List.of("--server", "http://127.0.0.1:" + port));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Client client =
        new Client(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    CommandLineInterface commands = new CommandLineInterface(List.of(), client::verbs, Map.of());
    int code =
        CompletableFuture.supplyAsync(
                () -> commands.run(new PrintWriter(err, true, UTF_8), all.toArray(String[]::new)))
            .orTimeout(MARGIN.toMillis(), TimeUnit.MILLISECONDS)
            .join();
    return new Ran(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  private void serve(ServerSocket server, Server kind) {
    if (kind == Server.NEVER_ACCEPTS) {
      return;
    }
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  Socket socket = server.accept();
                  synchronized (sockets) {
                    sockets.add(socket);
                  }
                  Thread.ofVirtual().start(() -> treat(socket, kind));
                }
              } catch (IOException e) {
                // the test is over
              }
            });
  }

  private void treat(Socket socket, Server kind) {
    try {
      OutputStream out = socket.getOutputStream();
      switch (kind) {
        case NEVER_ACCEPTS, NEVER_ANSWERS -> {}
        case SENDS_A_HEADER_BYTE_BY_BYTE -> slowly(out, HEAD);
        case SENDS_A_BODY_BYTE_BY_BYTE -> {
          out.write(HEAD.getBytes(UTF_8));
          slowly(out, "{\"items\": [" + " ".repeat(100));
        }
        case STOPS_IN_THE_BODY -> out.write((HEAD + "{\"items\"").getBytes(UTF_8));
        case DIES_IN_THE_HEADER -> {
          out.write(HEAD.substring(0, 30).getBytes(UTF_8));
          socket.close();
        }
        case DIES_IN_THE_BODY -> {
          out.write((HEAD + "{\"items\"").getBytes(UTF_8));
          socket.close();
        }
      }
    } catch (IOException e) {
      // the client has ended the connection
    }
  }

  /** Sends a byte at a time, until the test is over. */
  private void slowly(OutputStream out, String text) throws IOException {
    for (byte one : text.getBytes(UTF_8)) {
      out.write(one);
      out.flush();
      try {
        if (ended.await(100, TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
