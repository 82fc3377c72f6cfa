package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.CommitSummary;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.kafka.TopicReader;
import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code post-receive} hook for plain Git servers, run by Git. */
class PostReceiveHookIT {

  private static final Path HOOK = Path.of("../hooks/post-receive");
  private static final CommitSummary ONE =
      new CommitSummary(Optional.of("One"), Optional.of("Ada"), Optional.empty());

  private final KafkaConnection kafka = KafkaFixture.provisioned(Running.PARTITIONS);
  @TempDir private Path directory;

  @Test
  void reportsEveryRefThatAPushChanged() throws Exception {
    NeededProgram.check("curl");
    NeededProgram.check("perl");
    try (Running running =
        Running.start(
            directory,
            kafka,
            Map.of(
                "webhook-endpoint",
                "name=git,forge=generic,host=git.example.com,secret=file:"
                    + Files.writeString(
                        directory.resolve("hook-secret"), Running.SECRET + "\n")))) {
      git(directory, "init", "--quiet", "--bare", "server.git");
      Path server = directory.resolve("server.git");
      Files.copy(HOOK, server.resolve("hooks/post-receive"));
      git(server, "config", "sluice.url", running.uri("/webhooks/git").toString());
      git(server, "config", "sluice.secretFile", directory.resolve("hook-secret").toString());
      git(server, "config", "sluice.repository", "example/repo.git");
      git(directory, "clone", "--quiet", server.toString(), "work");
      Path work = directory.resolve("work");
      git(work, "commit", "--quiet", "--allow-empty", "--message", "One");

      String push =
          git(work, "push", "origin", "HEAD:refs/heads/main", "HEAD:refs/heads/a\"quoted\"branch");
      String deletion = git(work, "push", "origin", ":refs/heads/a\"quoted\"branch");

      assertThat(push)
          .contains("sluice: refs/heads/main: {\"events\":[\"git/")
          .contains("sluice: refs/heads/a\"quoted\"branch: {\"events\":[\"git/");
      assertThat(deletion).contains("{\"events\":[\"git/");
      assertThat(Running.ids(kafka)).hasSize(3).doesNotHaveDuplicates();
      assertThat(heads())
          .containsExactlyInAnyOrder(
              Optional.of(ONE), Optional.of(ONE), Optional.<CommitSummary>empty());

      Path message = directory.resolve("message");
      Files.write(
          message, "A \"quoted\" \\ and \u001binvalid \u00ff text\n\nmore".getBytes(ISO_8859_1));
      git(work, "commit", "--quiet", "--allow-empty", "--file", message.toString());
      assertThat(git(work, "push", "origin", "HEAD:refs/heads/main")).contains("{\"events\":[");
      assertThat(heads())
          .contains(
              CommitSummary.of(
                  Optional.of("A \"quoted\" \\ and  invalid \u00ff text"),
                  Optional.of("Ada"),
                  Optional.empty()));
    }
  }

  private List<Optional<CommitSummary>> heads() {
    return new TopicReader(kafka)
        .records(kafka.topics().changes()).stream()
            .map(record -> ((Decoded.Known) EventCodec.decode(record)).envelope().event())
            .map(event -> ((ChangeEvent.RefChanged) event).head())
            .toList();
  }

  private static String git(Path directory, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
