package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotCommandsIT {

  @TempDir private Path directory;

  @Test
  void aReadModelIsCopiedWhileItIsUsedAndRestoredElsewhere() {
    KafkaConnection connection = KafkaFixture.provisioned(1);
    Path file = directory.resolve("snapshot.db");
    Path first = directory.resolve("first");
    Path second = directory.resolve("second");
    try (ReadModel model = ReadModel.open(first, connection, Clock.systemUTC())) {
      CommandRun written = run("snapshot", file, "--read-model", first);
      assertThat(written).isEqualTo(new CommandRun(0, "", ""));
      assertThat(model.stuck()).isEmpty();
    }

    CommandRun restored =
        run(
            "restore",
            file,
            "--read-model",
            second,
            "--kafka",
            connection.bootstrapServers(),
            "--topic-prefix",
            connection.topics().prefix());

    assertThat(restored.err()).isEmpty();
    assertThat(restored.code()).isZero();
    assertThat(second.resolve("read-model.db")).exists();
  }

  @Test
  void aMissingReadModelIsNamed() {
    CommandRun run = run("snapshot", directory.resolve("x.db"), "--read-model", directory);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo(
            "sluice: there is no read model in %s: give the directory that --read-model names for the API\n"
                .formatted(directory));
  }

  @Test
  void aFileMustBeGiven() {
    CommandRun run = run("restore");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--snapshot: required (PATH");
  }

  private static CommandRun run(String command, Object... more) {
    String[] words = new String[more.length + 2];
    words[0] = "api";
    words[1] = command;
    for (int i = 0; i < more.length; i++) {
      words[i + 2] = more[i].toString();
    }
    return CommandRun.of(words);
  }
}
