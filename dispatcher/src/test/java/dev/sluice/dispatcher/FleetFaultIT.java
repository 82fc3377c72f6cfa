package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.fleet.FleetIntake;
import dev.sluice.dispatcher.fleet.RemovalGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A fleet that removes too much, or that cannot be read, removes nothing. */
class FleetFaultIT {

  private static final Pattern APPROVAL = Pattern.compile("set approve-revision=(\\w+)");

  private final Logger logger =
      (Logger) LoggerFactory.getLogger(FleetIntake.class.getPackageName());
  private final Logged logged = new Logged();
  private Situation situation;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void close() {
    situation.close();
    logger.detachAppender(logged);
  }

  @Test
  void aRevisionThatRemovesMostApplicationsWaitsForApproval() throws IOException {
    applications("a", "b", "c", "d", "e");
    situation.put("new", "one").push();
    Dispatcher first = situation.start();
    situation.awaitSync(STAGING, 5);

    applications("a", "new");
    assertThat(lines(situation.awaitSync(STAGING, 6))).hasSize(6).endsWith("new 1 one");
    String revision = toApprove();
    first.close();
    DispatcherConfig usual = situation.config("mirrors");
    situation.start(
        new DispatcherConfig(
            usual.fleet(),
            usual.mirrors(),
            usual.mirrorLimits(),
            usual.partitions(),
            usual.replication(),
            usual.timing(),
            new RemovalGuard(usual.guard().limitPercent(), Optional.of(revision)),
            usual.instance(),
            usual.healthPort()),
        DispatchListener.NONE);

    List<SyncEvent> sync = situation.awaitSync(STAGING, 10);
    assertThat(lines(sync.subList(6, 10)))
        .containsExactlyInAnyOrder("b 2 removal", "c 2 removal", "d 2 removal", "e 2 removal");
  }

  @Test
  void anUnreadableFleetRemovesNothing() throws IOException {
    situation.application("web", "staging");
    situation.application("api", "staging");
    situation.put("web", "one").put("api", "one").put("new", "one").put("last", "one").push();
    situation.start();
    situation.awaitSync(STAGING, 2);

    Path fleet = situation.directory.resolve("fleet");
    Path away = situation.directory.resolve("away");
    Files.move(fleet, away);
    awaitLogged("cannot be listed");
    Files.createDirectory(fleet);
    awaitLogged("holds no documents");
    Files.delete(fleet);
    Files.move(away, fleet);
    situation.application("new", "staging");
    assertThat(lines(situation.awaitSync(STAGING, 3))).hasSize(3).endsWith("new 1 one");

    // in this order: a reader of the last record sees the first
    situation.document("broken", "kind: [Application\n");
    situation.removeDocument("api");
    situation.application("last", "staging");
    assertThat(lines(situation.awaitSync(STAGING, 4))).hasSize(4).endsWith("last 1 one");

    situation.removeDocument("broken");
    assertThat(lines(situation.awaitSync(STAGING, 5))).hasSize(5).endsWith("api 2 removal");
  }

  /** Writes all applications in one file, so that there is no revision in between. */
  private void applications(String... names) throws IOException {
    StringBuilder documents = new StringBuilder();
    for (String name : names) {
      documents.append(
          """
          ---
          apiVersion: sluice.dev/v1
          kind: Application
          metadata: {name: %s}
          spec:
            source: {repository: shop, path: apps/%s}
            clusters: {names: [staging]}
            namespace: shop
          """
              .formatted(name, name));
      situation.put(name, "one");
    }
    situation.document("apps", documents.toString());
  }

  private void awaitLogged(String text) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> logged.messages.stream().anyMatch(message -> message.contains(text)));
  }

  /** Returns the digest that the newest refusal names. */
  private String toApprove() {
    return logged.messages.reversed().stream()
        .flatMap(message -> APPROVAL.matcher(message).results())
        .findFirst()
        .orElseThrow()
        .group(1);
  }

  private static final class Logged extends AppenderBase<ILoggingEvent> {
    private final List<String> messages = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      messages.add(event.getFormattedMessage());
    }
  }
}
