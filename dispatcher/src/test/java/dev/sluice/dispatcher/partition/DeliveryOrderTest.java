package dev.sluice.dispatcher.partition;

import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static dev.sluice.dispatcher.decide.SampleApplication.SHOP;
import static dev.sluice.dispatcher.decide.SampleApplication.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.SampleApplication;
import dev.sluice.inputs.closure.MemoryTree;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deliveries in any order: duplicated, reordered, lost, stale and forged, with pushes forwards and
 * backwards, deleted branches, tags that ranges of versions follow, replicas that lag, lost mirrors
 * and crashes between any two steps. The promises I1 (nothing is lost), I2 (generations only rise)
 * and I6 (what is sent has changed, and nothing is missed) hold for each.
 *
 * <p>{@code -Dsluice.delivery-orders=N} runs N orders, {@code -Dsluice.seed=N} begins with another
 * one.
 */
class DeliveryOrderTest {

  private static final int ORDERS = Integer.getInteger("sluice.delivery-orders", 1_000);
  private static final long FIRST_SEED = Long.getLong("sluice.seed", 1);

  private static final GitRef MAIN = GitRef.branch("main");
  private static final GitRef RELEASE = GitRef.branch("release");
  private static final List<GitRef> REFS = List.of(MAIN, RELEASE);
  private static final List<GitRef> TAGS =
      List.of("v1.4.0", "1.4.0", "v1.5.0", "v1.6.0-rc.1", "v2.0.0", "latest").stream()
          .map(GitRef::tag)
          .toList();
  private static final GitRef STABLE = GitRef.semver(">=1.4 <2");
  private static final GitRef NEXT = GitRef.semver("^1.5-0 || >=2");
  private static final List<String> DIRECTORIES =
      List.of("apps/api", "apps/web", "apps/web-next", "docs");

  private static final int[] WEIGHTS = {0, 1, 3, 9};

  @Test
  void anyOrderConvergesAndSendsNothingTwice(@TempDir Path directory) {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + ORDERS; seed++) {
      try (Order order = new Order(seed, directory)) {
        order.run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("with -Dsluice.seed=" + seed, e);
      }
    }
  }

  /** One order of deliveries, with all that happens in between. */
  private static final class Order implements AutoCloseable {

    private record Delivery(GitRef ref, Optional<CommitId> before, Optional<CommitId> after) {}

    private final RandomGenerator random;
    private final boolean hasPolls;
    private final SimulatedForge forge = new SimulatedForge();
    private final SimulatedPartition partition;
    private final List<Delivery> pending = new ArrayList<>();
    private final Map<ApplicationName, Definition> fleet = new TreeMap<>();
    private final Map<String, SyncEvent.Target> newest = new HashMap<>();
    private final Set<String> open = new TreeSet<>();
    private final List<Runnable> work;
    private int checked;
    private int number;

    Order(long seed, Path directory) {
      random = new SplittableRandom(seed);
      hasPolls = random.nextBoolean();
      partition = new SimulatedPartition(forge, directory);
      work =
          List.of(
              partition::receive,
              partition::handle,
              partition::write,
              () -> partition.evaluate(random),
              () -> partition.expire(random));
    }

    void run() {
      MemoryTree tree = MemoryTree.empty();
      for (String path : DIRECTORIES) {
        tree = change(tree, path);
      }
      forge.commit(MAIN, Optional.empty(), tree);
      forge.commit(RELEASE, Optional.empty(), tree);
      define("web", List.of(source(MAIN, "apps/web")));
      define("api", List.of(source(MAIN, "apps/api")));
      define("both", List.of(source(MAIN, "apps/api"), source(RELEASE, "apps/web")));
      define("release", List.of(source(RELEASE, "apps/api")));
      define("stable", List.of(source(STABLE, "apps/web")));
      define("next", List.of(source(NEXT, "apps/api")));
      define("mixed", List.of(source(MAIN, "apps/web"), source(STABLE, "apps/api")));
      List<Runnable> actions =
          new ArrayList<>(
              List.of(
                  this::push,
                  this::push,
                  this::rewrite,
                  this::deleteOrCreate,
                  this::tag,
                  this::tag,
                  this::deliver,
                  this::deliver,
                  this::forge,
                  this::redefine,
                  forge::loseMirror,
                  () -> forge.setUnreachable(random.nextInt(3) == 0)));
      if (hasPolls) {
        actions.addAll(
            List.of(this::lose, partition::poll, () -> forge.setReplicaLags(random.nextBoolean())));
      }
      actions.addAll(work);
      actions.add(partition::crash);
      actions.add(() -> partition.advance(Duration.ofMillis(random.nextInt(20_000))));
      List<Runnable> weighted = weighted(actions);
      int steps = random.nextInt(20, 120);
      for (int i = 0; i < steps; i++) {
        runAny(weighted);
      }
      settle();
      check();
      converged();
    }

    /**
     * Returns what may happen, each as often as its weight. The weights differ from order to order,
     * since what is rare on average must be frequent in some.
     */
    private List<Runnable> weighted(List<Runnable> actions) {
      List<Runnable> weighted = new ArrayList<>();
      for (Runnable action : actions) {
        weighted.addAll(Collections.nCopies(WEIGHTS[random.nextInt(WEIGHTS.length)], action));
      }
      return weighted.isEmpty() ? actions : weighted;
    }

    private void runAny(List<Runnable> actions) {
      any(actions).run();
      check();
    }

    private void push() {
      GitRef ref = anyRef();
      Optional<CommitId> before = forge.head(ref);
      if (before.isPresent()) {
        MemoryTree tree = change(forge.files(before.get()), anyDirectory());
        pushed(ref, before, forge.commit(ref, before, tree));
      }
    }

    /** Force-pushes: to an earlier commit, a commit of the other branch, or another history. */
    private void rewrite() {
      GitRef ref = anyRef();
      Optional<CommitId> before = forge.head(ref);
      if (before.isEmpty()) {
        return;
      }
      CommitId other = anyCommit();
      if (random.nextBoolean()) {
        forge.move(ref, other);
        pushed(ref, before, other);
      } else {
        MemoryTree tree = change(forge.files(other), anyDirectory());
        pushed(ref, before, forge.commit(ref, forge.parent(other), tree));
      }
    }

    /** Creates, moves or deletes a tag. */
    private void tag() {
      GitRef tag = any(TAGS);
      if (forge.head(tag).isPresent() && random.nextBoolean()) {
        CommitId commit = anyCommit();
        pushed(tag, forge.head(tag), commit);
        forge.move(tag, commit);
      } else {
        deleteOrCreate(tag);
      }
    }

    private void deleteOrCreate() {
      deleteOrCreate(anyRef());
    }

    private void deleteOrCreate(GitRef ref) {
      Optional<CommitId> before = forge.head(ref);
      if (before.isPresent()) {
        forge.delete(ref);
        pending.add(new Delivery(ref, before, Optional.empty()));
      } else {
        CommitId commit = anyCommit();
        forge.move(ref, commit);
        pushed(ref, Optional.empty(), commit);
      }
    }

    private void pushed(GitRef ref, Optional<CommitId> before, CommitId after) {
      pending.add(new Delivery(ref, before, Optional.of(after)));
    }

    /** Delivers any of the pending webhooks, and sometimes keeps it to deliver it again. */
    private void deliver() {
      if (!pending.isEmpty()) {
        int index = random.nextInt(pending.size());
        Delivery delivery = random.nextInt(4) == 0 ? pending.get(index) : pending.remove(index);
        deliver(delivery);
      }
    }

    private void deliver(Delivery delivery) {
      partition.append(
          EventId.of("delivery", ++number),
          new ChangeEvent.RefChanged(
              SHOP,
              delivery.ref(),
              delivery.before(),
              delivery.after(),
              new Origin.Webhook("shop", "d" + number, Optional.of("ada"), Instant.EPOCH)));
    }

    private void lose() {
      if (!pending.isEmpty()) {
        pending.remove(random.nextInt(pending.size()));
      }
    }

    /** Delivers a commit that does not exist, or any earlier one. */
    private void forge() {
      CommitId forged = new CommitId("f%039x".formatted(random.nextInt(1 << 20)));
      deliver(
          new Delivery(
              random.nextBoolean() ? anyRef() : any(TAGS),
              Optional.of(anyCommit()),
              Optional.of(random.nextBoolean() ? forged : anyCommit())));
    }

    private void redefine() {
      define("web", List.of(source(MAIN, random.nextBoolean() ? "apps/web" : "apps/web-next")));
    }

    private void define(String name, List<SourceSpec> sources) {
      Definition definition =
          SampleApplication.define(new ApplicationName(name), sources, ONE, TWO);
      fleet.put(definition.application(), definition);
      partition.append(
          EventId.of("definition", ++number),
          new ChangeEvent.DefinitionAccepted(SHOP, definition, "r" + number, Set.of()));
    }

    /**
     * Ends what disturbs the forge. With polls, webhooks may be missing; without, all are
     * delivered, the last of them while evaluations run that have read the forge before.
     */
    private void settle() {
      forge.setReplicaLags(false);
      forge.setUnreachable(false);
      if (!hasPolls) {
        rest(random.nextInt(40), 0);
        push();
        tag();
        push();
        tag();
        pending.forEach(this::deliver);
      }
      rest(10_000, random.nextInt(4));
      // the first poll publishes what it found, the second has nothing to find
      for (int i = 0; i < (hasPolls ? 2 : 0); i++) {
        partition.poll();
        rest(10_000, 0);
      }
    }

    /** Works until nothing is left to do, or for so many steps. */
    private void rest(int steps, int crashes) {
      List<Runnable> weighted = weighted(work);
      int left = crashes;
      for (int i = 0; i < steps && !partition.isAtRest(); i++) {
        runAny(i % 8 == 0 ? work : weighted);
        if (left > 0 && random.nextInt(20) == 0) {
          left--;
          partition.crash();
        }
      }
    }

    /** Checks the records that were written since the last check. */
    private void check() {
      List<Event> written = partition.written();
      for (Event event : written.subList(checked, written.size())) {
        switch (event) {
          case SyncEvent.Target target -> check(target);
          case SyncEvent.Removal removal -> throw new AssertionError("removed: " + removal);
          case DeadLetterEvent.Opened opened -> open.add(opened.key());
          case DeadLetterEvent.Closed closed -> open.remove(closed.key());
          default -> {}
        }
      }
      checked = written.size();
    }

    private void check(SyncEvent.Target target) {
      SyncEvent.Target before = newest.put(target.cluster() + "/" + target.application(), target);
      if (before != null) {
        assertThat(target.generation().isAfter(before.generation()))
            .as("I2: %s after %s", target.id(), before.id())
            .isTrue();
        assertThat(target.inputDigest())
            .as("I6: %s is as %s", target.id(), before.id())
            .isNotEqualTo(before.inputDigest());
      }
      for (SourceInputs source : target.sources()) {
        assertThat(forge.hasShown(source.commit())).as("shown: %s", source.commit()).isTrue();
        assertThat(texts(source))
            .as("the files of %s", target.id())
            .isEqualTo(texts(source.commit(), source.path()));
      }
    }

    private void converged() {
      assertThat(partition.isAtRest()).as("it comes to rest").isTrue();
      assertThat(partition.uncommitted()).as("I1: unfinished events").isZero();
      for (GitRef ref : List.of(MAIN, RELEASE, STABLE, NEXT)) {
        assertThat(partition.state().ref(new RefKey(SHOP, ref)).pending())
            .as("I1: pending work of %s", ref)
            .isEmpty();
      }
      fleet.values().forEach(this::converged);
    }

    private void converged(Definition definition) {
      boolean exists = definition.sources().stream().allMatch(one -> head(one.ref()).isPresent());
      for (var cluster : List.of(ONE, TWO)) {
        String key = cluster + "/" + definition.application();
        assertThat(open.contains(key)).as("I7: the dead letter of %s", key).isEqualTo(!exists);
        if (exists) {
          List<SourceInputs> sent = newest.get(key).sources();
          for (int i = 0; i < sent.size(); i++) {
            SourceSpec source = definition.sources().get(i);
            assertThat(texts(sent.get(i)))
                .as("I1, I6: %s", key)
                .isEqualTo(texts(head(source.ref()).orElseThrow(), source.path()));
          }
        }
      }
    }

    private Optional<CommitId> head(GitRef ref) {
      return ref.versions().isEmpty()
          ? forge.head(ref)
          : ref.versions()
              .get()
              .newest(
                  TAGS.stream()
                      .filter(tag -> forge.head(tag).isPresent())
                      .map(tag -> tag.tagName().orElseThrow())
                      .toList())
              .flatMap(version -> forge.head(GitRef.tag(version.text())));
    }

    private static Map<String, String> texts(SourceInputs source) {
      return source.files().stream()
          .collect(
              Collectors.toMap(InputFile::path, file -> "FILE " + ((InputFile.Text) file).text()));
    }

    private Map<String, String> texts(CommitId commit, String path) {
      return forge.files(commit).contents().entrySet().stream()
          .filter(file -> file.getKey().startsWith(path + "/"))
          .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Changes a file; of three versions only, so that earlier contents come back. */
    private MemoryTree change(MemoryTree tree, String directory) {
      return tree.file(
          directory + "/config.yaml",
          """
          apiVersion: v1
          kind: ConfigMap
          metadata: {name: config}
          data: {version: "%d"}
          """
              .formatted(random.nextInt(3)));
    }

    private static SourceSpec source(GitRef ref, String path) {
      return SampleApplication.source(new RefKey(SHOP, ref), path);
    }

    private GitRef anyRef() {
      return any(REFS);
    }

    private <T> T any(List<T> all) {
      return all.get(random.nextInt(all.size()));
    }

    private String anyDirectory() {
      return any(DIRECTORIES);
    }

    private CommitId anyCommit() {
      return any(forge.commits());
    }

    @Override
    public void close() {
      partition.close();
    }
  }
}
