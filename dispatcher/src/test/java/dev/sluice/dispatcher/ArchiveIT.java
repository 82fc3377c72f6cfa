package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.TIMING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.dispatcher.archive.ArchiveConfig;
import dev.sluice.dispatcher.archive.TargetArchive;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.platform.telemetry.Heartbeats;
import dev.sluice.platform.telemetry.Metrics;
import dev.sluice.platform.telemetry.Telemetry;
import dev.sluice.platform.telemetry.Tracing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dispatcher with an archive. */
class ArchiveIT {

  @TempDir private Path directory;
  private Situation situation;
  private ArchiveConfig archive;

  @BeforeEach
  void open() throws IOException {
    situation = new Situation(directory);
    situation.application("web", "staging");
    situation.put("web", "one").push();
    archive = ArchiveConfig.in(directory.resolve("archive"));
    // an archiver finds a topic that is created later only after half a minute
    try (Admin admin = Admin.create(situation.connection.admin())) {
      new TopicProvisioner(admin, situation.connection.topics()).provision(STAGING);
    }
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void eachTargetThatIsSentIsArchived() throws IOException {
    situation.start(withArchive(), DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);
    situation.put("web", "two").pushAndNotify();
    List<SyncEvent> sent = situation.awaitSync(STAGING, 2);

    try (TargetArchive opened = archive.open(situation.connection.topics(), Clock.systemUTC())) {
      for (SyncEvent target : sent) {
        patiently()
            .until(
                () -> opened.read(STAGING, new ApplicationName("web"), target.generation()),
                archived -> archived.equals(Optional.of(target)));
      }
    }
  }

  @Test
  void anArchiveThatCannotBeWrittenIsReportedAndConcernsNothingElse() throws IOException {
    Path file = Files.writeString(directory.resolve("archive"), "no directory");
    Statuses statuses = new Statuses();
    try (Dispatcher dispatcher =
        Dispatcher.start(
            withArchive(),
            situation.connection,
            Clock.systemUTC(),
            DispatchListener.NONE,
            new Telemetry(new Metrics(), Tracing.OFF, statuses))) {
      situation.awaitSync(STAGING, 1);
      patiently().until(() -> !findings(statuses).isEmpty());

      assertThat(findings(statuses).getFirst().message()).contains(file.toString());
      assertThat(dispatcher.unreadyReasons()).isEmpty();
      assertThat(dispatcher.isAlive()).isTrue();
      situation.put("web", "two").pushAndNotify();
      situation.awaitSync(STAGING, 2);

      Files.delete(file);
      patiently().until(() -> findings(statuses).isEmpty());
    }
    try (TargetArchive opened = archive.open(situation.connection.topics(), Clock.systemUTC())) {
      assertThat(opened.read(STAGING, new ApplicationName("web"), Generation.FIRST)).isPresent();
    }
  }

  private DispatcherConfig withArchive() {
    return situation.onePartition(TIMING).archivedIn(archive);
  }

  private static List<Heartbeats.Finding> findings(Statuses statuses) {
    return statuses.dispatcher.get().findings().stream()
        .filter(finding -> finding.code().equals(PartFailure.TARGETS_UNARCHIVED))
        .toList();
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
  }

  /** Heartbeats that a test reads. */
  private static final class Statuses implements Heartbeats {

    private volatile Supplier<Status> dispatcher = () -> Status.running(List.of());

    @Override
    public Reporting report(Part part, Supplier<Status> status) {
      dispatcher = status;
      return () -> {};
    }

    @Override
    public void report(Heartbeat.LedgerReport ledger) {}

    @Override
    public Optional<String> problem() {
      return Optional.empty();
    }
  }
}
