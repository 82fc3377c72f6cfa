package dev.sluice.worker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.ClusterFixture;
import dev.sluice.simulated.fault.Fault;
import dev.sluice.simulated.fault.FaultInjector;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kubernetes")
final class ReflectorIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int ROUNDS = 8;

  private final ClusterFixture fixture = ClusterFixture.open();
  private final String namespace = fixture.namespace();
  private final Log log = new Log();
  private Reflector reflector;

  /** Records the objects that it receives. */
  private static final class Log implements Reflector.Listener {

    private final Map<String, ObjectNode> objects = new ConcurrentHashMap<>();
    private final List<Set<String>> lists = new CopyOnWriteArrayList<>();

    @Override
    public void changed(ObjectNode object) {
      objects.put(object.path("metadata").path("name").asText(), object);
    }

    @Override
    public void deleted(ObjectNode object) {
      objects.remove(object.path("metadata").path("name").asText());
    }

    @Override
    public void listed(Set<String> keys, String version) {
      lists.add(keys);
    }
  }

  @BeforeEach
  void open() {
    fixture.assumeJsonOfBuiltInKinds();
    write("before", "a");
    reflector =
        Reflector.start(
            new ClusterApi(fixture.client(), PATIENCE),
            "/api/v1/namespaces/%s/configmaps".formatted(namespace),
            Duration.ofSeconds(1),
            log);
    await().atMost(PATIENCE).until(reflector::isWatching);
  }

  @AfterEach
  void close() {
    if (reflector != null) {
      reflector.close();
    }
    fixture.close();
  }

  @Test
  void passesOnEveryCharacter() {
    StringBuilder text = new StringBuilder();
    for (int point = 0x20; point < 0x11000; point++) {
      if (!Character.isSurrogate((char) point) || point > 0xFFFF) {
        text.appendCodePoint(point);
      }
    }

    write("all", text.toString());

    await().atMost(PATIENCE).until(() -> log.objects.containsKey("all"));
    assertThat(log.objects.get("all").path("data").path("text").asText())
        .isEqualTo(text.toString());
    assertThat(log.objects.get("before").path("data").path("text").asText()).isEqualTo("a");
    assertThat(log.lists).hasSize(1).allMatch(keys -> keys.contains(namespace + "/before"));
  }

  @Test
  void continuesAWatchThatTheServerEnds() {
    for (int i = 0; i < 3; i++) {
      String name = "object-" + i;
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> !reflector.isWatching());
      write(name, "é");
      await().atMost(PATIENCE).until(() -> log.objects.containsKey(name));
    }
    fixture.client().configMaps().inNamespace(namespace).withName("object-1").delete();

    await().atMost(PATIENCE).until(() -> !log.objects.containsKey("object-1"));
    assertThat(log.lists).hasSize(1);
  }

  @Test
  void listsAgainWhatTheServerHasForgotten() {
    assumeTrue(fixture.isSimulated(), "a real server forgets only after minutes");
    FaultInjector.Registration outage =
        fixture
            .simulatedCluster()
            .faults()
            .inject(
                request -> request.isWatch() && request.path().contains(namespace),
                new Fault.Fail(503, "ServiceUnavailable", "a test's fault"));
    await().atMost(PATIENCE).until(() -> !reflector.isWatching());
    fixture.client().configMaps().inNamespace(namespace).withName("before").delete();
    write("after", "b");
    write("later", "c");
    fixture.simulatedCluster().expireHistory();

    outage.close();

    await().atMost(PATIENCE).until(() -> log.lists.size() == 2);
    assertThat(log.lists.getLast())
        .contains(namespace + "/after", namespace + "/later")
        .doesNotContain(namespace + "/before");
    assertThat(log.objects).containsKeys("after", "later");
  }

  /** The reader of a watch and the thread of its connection could wait for each other's locks. */
  @Test
  void endsWhileEventsArriveAndLeavesTheConnectionUsable() {
    ClusterApi api = new ClusterApi(fixture.client(), PATIENCE);
    String path = "/api/v1/namespaces/%s/configmaps".formatted(namespace);
    AtomicBoolean ended = new AtomicBoolean();
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  for (int i = 0; !ended.get(); i++) {
                    ConfigMap changed = configMap("before", Integer.toString(i));
                    fixture.client().resource(changed).forceConflicts().serverSideApply();
                  }
                });
    try {
      assertTimeoutPreemptively(
          Duration.ofSeconds(60),
          () -> {
            for (int round = 0; round < ROUNDS; round++) {
              List<Reflector> all =
                  IntStream.range(0, 20)
                      .mapToObj(_ -> Reflector.start(api, path, new Log()))
                      .toList();
              await()
                  .atMost(PATIENCE)
                  .pollInterval(Duration.ofMillis(1))
                  .until(() -> all.stream().allMatch(Reflector::isWatching));
              all.forEach(Reflector::close);
            }
          });
    } finally {
      ended.set(true);
    }
    assertThat(writer).satisfies(thread -> thread.join(PATIENCE));
    assertThat(writer.isAlive()).isFalse();
  }

  private void write(String name, String text) {
    fixture.client().resource(configMap(name, text)).create();
  }

  private ConfigMap configMap(String name, String text) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .endMetadata()
        .addToData("text", text)
        .build();
  }
}
