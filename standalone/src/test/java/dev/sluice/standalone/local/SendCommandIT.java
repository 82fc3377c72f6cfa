package dev.sluice.standalone.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.receiver.Receiver;
import dev.sluice.receiver.ReceiverConfig;
import dev.sluice.standalone.cli.CommandLineInterface;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SendCommandIT {

  private final KafkaConnection kafka = KafkaFixture.provisioned(1);
  @TempDir private Path directory;

  @Test
  void sendsADeliveryThatTheReceiverAccepts() throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), "a secret of the test\n");
    Path wrong = Files.writeString(directory.resolve("wrong"), "another");
    Map<String, List<String>> options =
        Map.of(
            "webhook-host",
            List.of("127.0.0.1"),
            "webhook-port",
            List.of("0"),
            "webhook-publish-timeout",
            List.of("15s"),
            "webhook-endpoint",
            List.of("name=git,forge=generic,host=git.example.com,secret=file:" + secret));
    ReceiverConfig config =
        ReceiverConfig.from(
            new Settings(ReceiverConfig.SETTINGS, List.of())
                .read(options, Map.of(), Optional.empty()));
    try (Receiver receiver = Receiver.start(config, kafka)) {
      assertThat(send(receiver, secret, "--delivery", "d-1", "--actor", "ada")).isZero();
      assertThat(send(receiver, secret, "--delivery", "d-1", "--actor", "ada")).isZero();
      assertThat(send(receiver, wrong)).isEqualTo(1);
      assertThat(send(receiver, secret, "--before", "short")).isEqualTo(2);
      assertThat(written()).isEqualTo(1);
    }
  }

  @Test
  void abbreviatedCommitIdsAreLookedUpInTheCheckout() throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), "a secret of the test\n");
    Path checkout = directory.resolve("checkout");
    String commit;
    try (Git git = Git.init().setDirectory(checkout.toFile()).call()) {
      commit =
          git.commit()
              .setMessage("one")
              .setAuthor("test", "test@localhost")
              .setCommitter("test", "test@localhost")
              .setSign(false)
              .call()
              .name();
    }
    List<String> bodies = new CopyOnWriteArrayList<>();
    HttpServer endpoint =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    endpoint.createContext(
        "/",
        exchange -> {
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          exchange.sendResponseHeaders(202, -1);
          exchange.close();
        });
    endpoint.start();
    try {
      int port = endpoint.getAddress().getPort();
      StringWriter errors = new StringWriter();
      String digits = commit.substring(0, 7);
      assertThat(send(port, secret, errors, "--before=" + digits, "--checkout=" + checkout))
          .as(errors.toString())
          .isZero();
      assertThat(bodies).singleElement().asString().contains("\"before\":\"" + commit + "\"");

      assertThat(send(port, secret, errors, "--before=0123456", "--checkout=" + checkout))
          .isEqualTo(2);
      assertThat(errors.toString())
          .contains("--before: no commit, or several, of the repository at")
          .contains("begin with 0123456: give the full id, or --checkout PATH");
      assertThat(send(port, secret, errors, "--before=" + digits, "--checkout=" + directory))
          .isEqualTo(2);
      assertThat(send(port, secret, errors, "--before=012345")).isEqualTo(2);
      assertThat(errors.toString()).contains("its first seven digits or more, not '012345'");
      assertThat(bodies).hasSize(1);
    } finally {
      endpoint.stop(0);
    }
  }

  @Test
  void endsInTimeIfTheEndpointNeverAnswers() throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), "a secret of the test\n");
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      StringWriter errors = new StringWriter();
      assertThat(send(silent.getLocalPort(), secret, errors, "--timeout=300ms")).isEqualTo(124);
      assertThat(errors.toString()).contains("has not answered in full").hasLineCount(1);
    }
    StringWriter errors = new StringWriter();
    assertThat(send(1, secret, errors)).isEqualTo(1);
    assertThat(errors.toString()).contains("is it running").hasLineCount(1);
  }

  private static int send(Receiver receiver, Path secret, String... more) {
    return send(receiver.port(), secret, new StringWriter(), more);
  }

  private static int send(int port, Path secret, StringWriter errors, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "send",
                "--url=http://127.0.0.1:%d/webhooks/git".formatted(port),
                "--secret=file:" + secret,
                "--repository=example/repo",
                "--ref=main",
                "--after=" + "5".repeat(40)));
    arguments.addAll(List.of(more));
    return new CommandLineInterface(List.of(SendCommand.command()), Map.of())
        .run(new PrintWriter(errors, true), arguments.toArray(String[]::new));
  }

  private long written() throws Exception {
    TopicPartition changes = new TopicPartition(kafka.topics().changes(), 0);
    try (Admin admin = Admin.create(kafka.admin())) {
      return admin
          .listOffsets(Map.of(changes, OffsetSpec.latest()))
          .partitionResult(changes)
          .get()
          .offset();
    }
  }
}
