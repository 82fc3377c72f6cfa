package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ResultEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The sync topic is deleted and created again while a worker follows it. */
class RecreatedTopicIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void recordsOfADeletedTopicNoLongerCount() throws Exception {
    for (int generation = 1; generation <= 5; generation++) {
      bench.targets.send(
          bench.targets.target("web", generation, configMap("web", "old-" + generation)));
    }
    bench.worker("a");
    bench.awaitValue("web", "old-5");

    recreateTopic();
    // a dispatcher that lost its state counts again from 1, while the ledger is further: this must
    // be reported
    bench.targets.send(
        bench.targets.target("api", 1, configMap("api", "new-1")),
        bench.targets.target("web", 1, configMap("web", "new-1")));

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(bench.results.all(ResultEvent.Fenced.class))
                    .anySatisfy(
                        fenced -> {
                          assertThat(fenced.subject().application().value()).isEqualTo("web");
                          assertThat(fenced.subject().generation().value()).isEqualTo(1);
                          assertThat(fenced.ledgerGeneration().value()).isEqualTo(5);
                        }));
    assertThat(bench.value("web")).contains("old-5");
    await().atMost(PATIENCE).until(() -> bench.value("api").equals(Optional.of("new-1")));

    bench.targets.send(bench.targets.target("web", 6, configMap("web", "new-6")));
    await().atMost(PATIENCE).until(() -> bench.value("web").equals(Optional.of("new-6")));
  }

  private void recreateTopic() throws Exception {
    String topic = bench.kafka.topics().sync(bench.cluster);
    try (Admin admin = Admin.create(bench.kafka.admin())) {
      admin.deleteTopics(List.of(topic)).all().get();
      await().atMost(PATIENCE).until(() -> !admin.listTopics().names().get().contains(topic));
    }
    bench.targets.createTopic();
  }
}
