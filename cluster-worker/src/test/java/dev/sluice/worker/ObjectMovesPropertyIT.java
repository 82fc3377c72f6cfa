package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random commits that move objects between applications, break some of them, and arrive while
 * others are applied; with random restarts. An object in the newest target of an application is
 * never deleted; once all targets render, no object without an owner is left.
 */
@Tag("kubernetes")
final class ObjectMovesPropertyIT {

  private static final int APPLICATIONS = 4;
  private static final int OBJECTS = 8;
  private static final int COMMITS = 12;
  private static final Policy UNGUARDED = new Policy(true, 100, true, Duration.ofMinutes(5));
  private static final String BROKEN = "not: [a manifest";

  private final Map<Integer, Integer> owners = new TreeMap<>();
  private final Map<Integer, Long> generations = new HashMap<>();
  private final Map<Integer, String> uids = new HashMap<>();
  private Bench bench;

  @BeforeEach
  void open() {
    bench = new Bench();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void claimedObjectsAreNeverDeletedAndUnclaimedOnesAreGoneInTheEnd(long seed) {
    Random random = new Random(seed);
    ClusterWorker worker = bench.worker("w0");
    for (int commit = 1; commit <= COMMITS; commit++) {
      Set<Integer> changed = move(random);
      Set<Integer> broken =
          changed.stream().filter(_ -> random.nextInt(3) == 0).collect(Collectors.toSet());
      send(commit, changed, broken, random);
      if (random.nextInt(4) == 0) {
        worker.close();
        worker = bench.worker("w" + commit);
      }
      if (random.nextBoolean()) {
        awaitApplied(changed, broken);
        changed.removeAll(broken);
        remember(changed);
      }
      assertUids(seed, commit);
    }
    Set<Integer> all = new TreeSet<>();
    for (int i = 0; i < APPLICATIONS; i++) {
      all.add(i);
    }
    send(COMMITS + 1, all, Set.of(), random);

    awaitApplied(all, Set.of());
    assertUids(seed, COMMITS + 1);
    Map<String, String> expected = new TreeMap<>();
    owners.forEach((object, owner) -> expected.put("o" + object, "app" + owner));
    all.forEach(application -> expected.put("own" + application, "app" + application));
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(() -> assertThat(live()).as("seed " + seed).isEqualTo(expected));
    assertUids(seed, COMMITS + 2);
  }

  /** Gives some objects another owner, or none; returns the applications that this changes. */
  private Set<Integer> move(Random random) {
    Set<Integer> changed = new TreeSet<>();
    int moves = 1 + random.nextInt(3);
    for (int i = 0; i < moves; i++) {
      int object = random.nextInt(OBJECTS);
      Integer from = owners.get(object);
      int to = random.nextInt(APPLICATIONS + 1);
      if (from != null) {
        changed.add(from);
      }
      if (to == APPLICATIONS) {
        owners.remove(object);
        uids.remove(object);
      } else {
        owners.put(object, to);
        changed.add(to);
      }
    }
    return changed;
  }

  private void send(int commit, Set<Integer> changed, Set<Integer> broken, Random random) {
    List<Event> events = new ArrayList<>();
    for (int application : changed) {
      List<String> manifests = new ArrayList<>();
      manifests.add(configMap("own" + application, "commit " + commit));
      owners.forEach(
          (object, owner) -> {
            if (owner == application) {
              manifests.add(configMap("o" + object, "of " + application));
            }
          });
      if (broken.contains(application)) {
        manifests.add(BROKEN);
      }
      // a dispatcher that refuses the sources sends no target
      boolean refused = broken.contains(application) && random.nextBoolean();
      long generation = generations.merge(application, refused ? 0L : 1L, Long::sum);
      SyncEvent.Target target =
          Targets.inBatch(
              bench.targets.target(
                  "app" + application,
                  generation + (refused ? 1 : 0),
                  UNGUARDED,
                  manifests.toArray(String[]::new)),
              "commit-" + commit,
              changed.size());
      events.add(refused ? Targets.refused(target) : target);
    }
    Collections.shuffle(events, random);
    events.forEach(
        event -> bench.targets.send(EventId.of(commit, event.key(), UUID.randomUUID()), event));
  }

  /** Waits until the attempts have ended, and checks the live objects. */
  private void awaitApplied(Set<Integer> changed, Set<Integer> broken) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              Set<String> ended = new HashSet<>();
              for (ResultEvent.OfTarget result : bench.results.all(ResultEvent.OfTarget.class)) {
                boolean end =
                    result instanceof ResultEvent.Applied
                        || result instanceof ResultEvent.Unchanged
                        || result instanceof ResultEvent.Parked;
                if (end) {
                  ended.add(result.subject().application() + "/" + result.subject().generation());
                }
              }
              return changed.stream()
                  .filter(application -> !broken.contains(application))
                  .allMatch(
                      application ->
                          ended.contains("app" + application + "/" + generations.get(application)));
            });
  }

  /** Remembers that these are known to be claimed, and that no older deletion is in progress. */
  private void remember(Set<Integer> applied) {
    Map<String, String> there = uidsOfLive();
    owners.forEach(
        (object, owner) -> {
          if (applied.contains(owner)) {
            uids.putIfAbsent(object, there.get("o" + object));
          }
        });
  }

  private void assertUids(long seed, int commit) {
    Map<String, String> there = uidsOfLive();
    uids.forEach(
        (object, uid) ->
            assertThat(there)
                .as("o%d at commit %d of seed %d", object, commit, seed)
                .containsEntry("o" + object, uid));
  }

  private Map<String, String> uidsOfLive() {
    return maps().stream()
        .collect(
            Collectors.toMap(
                map -> map.getMetadata().getName(), map -> map.getMetadata().getUid()));
  }

  private Map<String, String> live() {
    Map<String, String> live = new TreeMap<>();
    maps()
        .forEach(
            map ->
                live.put(
                    map.getMetadata().getName(),
                    map.getMetadata().getLabels().get(Ownership.APPLICATION_LABEL)));
    return live;
  }

  private List<ConfigMap> maps() {
    return bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.namespace)
        .withLabel(Ownership.INSTALLATION_LABEL, bench.systemNamespace)
        .withLabel(Ownership.APPLICATION_LABEL)
        .list()
        .getItems()
        .stream()
        .filter(map -> !map.getMetadata().getName().startsWith("sluice-"))
        .filter(map -> !map.getMetadata().getLabels().containsKey("sluice.dev/ledger"))
        .toList();
  }
}
