package dev.sluice.dispatcher.archive;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.telemetry.Metrics;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** An archiver in a process of its own, which a test kills. */
final class ArchiverProcess {

  private ArchiverProcess() {}

  /**
   * Archives until the process is killed.
   *
   * @param arguments address of the broker, topic prefix, directory of the archive
   */
  public static void main(String[] arguments) throws InterruptedException {
    Topics topics = new Topics(arguments[1]);
    TargetArchive archive =
        new TargetArchive(new DirectoryStore(Path.of(arguments[2]), Clock.systemUTC()), topics);
    try (Archiver archiver =
        new Archiver(
            archive,
            new KafkaConnection(arguments[0], topics, Map.of()),
            Optional.of("the-same-instance"),
            Clock.systemUTC(),
            new Metrics())) {
      archiver.start();
      new CountDownLatch(1).await();
    }
  }
}
