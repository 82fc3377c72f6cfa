package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.sluice.dispatcher.fleet.FleetIntake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A fleet that cannot be read removes nothing. */
class FleetFaultIT {

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

  private void awaitLogged(String text) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> logged.messages.stream().anyMatch(message -> message.contains(text)));
  }

  private static final class Logged extends AppenderBase<ILoggingEvent> {
    private final List<String> messages = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      messages.add(event.getFormattedMessage());
    }
  }
}
