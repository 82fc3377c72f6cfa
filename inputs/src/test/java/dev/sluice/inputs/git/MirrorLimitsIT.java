package dev.sluice.inputs.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.inputs.git.Origin.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.FileMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Size limits of mirrors, and leftovers of killed processes. */
class MirrorLimitsIT {

  private static final GitRef MAIN = GitRef.branch("main");
  private static final long MIB = 1 << 20;
  private static final Clock CLOCK = Clock.systemUTC();

  @TempDir private Path directory;
  private Path place;
  private Origin small;
  private Origin large;

  @BeforeEach
  void open() throws IOException {
    place = directory.resolve("mirrors");
    small = new Origin(directory.resolve("small.git"));
    large = new Origin(directory.resolve("large.git"));
    push(small, "one", Optional.empty());
  }

  @AfterEach
  void close() {
    small.close();
    large.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 400})
  void fetchingATooLargeRepositoryIsAbortedAndOthersAreNot(int files) throws IOException {
    commit(large, noise(files, 8 * MIB / files));
    try (Mirrors mirrors = owning(4 * MIB, Optional.empty())) {
      assertThat(mirrors.fetch(large.source("a"), MAIN, Optional.empty()))
          .isInstanceOfSatisfying(
              FetchOutcome.Failed.class,
              failed -> {
                assertThat(failed.reason())
                    .contains("would have more than 4 MiB", "raise the dispatcher's mirror-limit");
                assertThat(failed.retryable()).isFalse();
              });
      assertThat(mirrors.fetch(small.source("a"), MAIN, Optional.empty()))
          .isInstanceOf(FetchOutcome.At.class);
      assertThat(bytes()).isLessThan(MIB);
    }
    try (Mirrors mirrors = owning(16 * MIB, Optional.empty())) {
      assertThat(mirrors.fetch(large.source("a"), MAIN, Optional.empty()))
          .isInstanceOf(FetchOutcome.At.class);
    }
  }

  @Test
  void theMirrorsExistingSizeCounts() throws IOException {
    CommitId first = commit(large, noise(3, MIB));
    try (Mirrors mirrors = owning(5 * MIB, Optional.empty())) {
      assertThat(mirrors.fetch(large.source("a"), MAIN, Optional.empty()))
          .isEqualTo(new FetchOutcome.At(first));
      commit(large, noise(3, MIB + 1));
      assertThat(mirrors.fetch(large.source("a"), MAIN, Optional.empty()))
          .isInstanceOf(FetchOutcome.Failed.class);
      assertThat(mirrors.has(large.source("a").repository(), first)).isTrue();
    }
  }

  @Test
  void unusedMirrorsAreEvicted() throws Exception {
    commit(large, noise(4, MIB));
    try (Mirrors mirrors = owning(Long.MAX_VALUE, Optional.of(3 * MIB))) {
      mirrors.fetch(large.source("a"), MAIN, Optional.empty());
      await().until(() -> bytes() > 3 * MIB);
    }
    Path mirror = onlyMirror();
    Files.setLastModifiedTime(
        mirror.resolve("sluice-used"), FileTime.from(Instant.now().minus(Duration.ofDays(2))));

    try (Mirrors mirrors = owning(Long.MAX_VALUE, Optional.of(3 * MIB))) {
      assertThat(mirrors.fetch(small.source("a"), MAIN, Optional.empty()))
          .isInstanceOf(FetchOutcome.At.class);
      await().until(() -> Files.notExists(mirror));
      assertThat(mirrors.has(small.source("a").repository(), head(mirrors, small))).isTrue();
    }
  }

  @Test
  void whileAllMirrorsAreUsedAnotherOneIsRefusedAndExistingOnesWork() throws Exception {
    commit(large, noise(4, MIB));
    Moved clock = new Moved();
    try (Mirrors mirrors =
        Mirrors.owning(
            place, new MirrorLimits(Long.MAX_VALUE, Optional.of(3 * MIB)), Artifacts.NONE, clock)) {
      mirrors.fetch(large.source("a"), MAIN, Optional.empty());
      await()
          .untilAsserted(
              () ->
                  assertThat(mirrors.fetch(small.source("a"), MAIN, Optional.empty()))
                      .isInstanceOfSatisfying(
                          FetchOutcome.Failed.class,
                          failed -> assertThat(failed.reason()).contains("raise mirror-budget")));
      push(large, "two", Optional.empty());
      assertThat(mirrors.fetch(large.source("a"), MAIN, Optional.empty()))
          .isInstanceOf(FetchOutcome.At.class);
    }
  }

  @Test
  void leftoversOfAKilledProcessAreRemoved() throws IOException {
    CommitId first = push(small, "first", Optional.empty());
    try (Mirrors mirrors = owning(Long.MAX_VALUE, Optional.empty())) {
      mirrors.fetch(small.source("a"), MAIN, Optional.empty());
    }
    Path mirror = onlyMirror();
    List<Path> leftOvers =
        List.of(
            place.resolve(".new-1234/objects/pack/x"),
            place.resolve(".gone-1234/objects/pack/x"),
            place.resolve("charts/example/new-1234"),
            mirror.resolve("refs/sluice/tip/heads%2Fmain.lock"),
            mirror.resolve("refs/sluice/kept/" + first + ".lock"),
            mirror.resolve("packed-refs.lock"),
            mirror.resolve("config.lock"),
            mirror.resolve("HEAD.lock"),
            mirror.resolve("objects/incoming_1234.pack"),
            mirror.resolve("objects/incoming_1234.idx"),
            mirror.resolve("objects/pack/gc_1234.pack_tmp"),
            mirror.resolve("objects/pack/pack-1234.keep"),
            mirror.resolve("gc.pid"));
    for (Path each : leftOvers) {
      Files.createDirectories(each.getParent());
      Files.writeString(each, "half");
    }
    CommitId second = push(small, "second", Optional.of(first));

    try (Mirrors mirrors = owning(Long.MAX_VALUE, Optional.empty())) {
      assertThat(leftOvers).noneMatch(Files::exists);
      assertThat(mirrors.fetch(small.source("a"), MAIN, Optional.empty()))
          .isEqualTo(new FetchOutcome.At(second));
      assertThat(mirrors.has(small.source("a").repository(), first)).isTrue();
    }
  }

  @Test
  void aDirectoryHasOneOwner() {
    try (Mirrors mirrors = owning(Long.MAX_VALUE, Optional.empty())) {
      assertThatThrownBy(() -> owning(Long.MAX_VALUE, Optional.empty()))
          .isInstanceOf(MirrorException.class)
          .hasMessageContaining(
              "another process uses it (process %d)", ProcessHandle.current().pid());
      assertThat(mirrors.fetch(small.source("a"), MAIN, Optional.empty()))
          .isInstanceOf(FetchOutcome.At.class);
    }
    owning(Long.MAX_VALUE, Optional.empty()).close();
  }

  @Test
  void aFullDiskFailsOnlyTheRepositoryThatNeedsSpace() throws Exception {
    Files.createDirectories(place);
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=3m", "none", place.toString()),
        "a small disk can be mounted here");
    try {
      commit(large, noise(4, 2 * MIB));
      try (Mirrors mirrors = owning(Long.MAX_VALUE, Optional.empty())) {
        assertThat(mirrors.fetch(large.source("a"), MAIN, Optional.empty()))
            .isInstanceOfSatisfying(
                FetchOutcome.Failed.class,
                failed -> {
                  assertThat(failed.reason()).contains("No space left", "make room on the disk");
                  assertThat(failed.retryable()).isTrue();
                });
        assertThat(mirrors.fetch(small.source("a"), MAIN, Optional.empty()))
            .isInstanceOf(FetchOutcome.At.class);
      }
    } finally {
      assertThat(run("umount", place.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).start().waitFor() == 0;
  }

  private Mirrors owning(long each, Optional<Long> all) {
    return Mirrors.owning(place, new MirrorLimits(each, all), Artifacts.NONE, CLOCK);
  }

  private static CommitId head(Mirrors mirrors, Origin origin) {
    return ((FetchOutcome.At) mirrors.fetch(origin.source("a"), MAIN, Optional.empty())).head();
  }

  private static CommitId push(Origin origin, String text, Optional<CommitId> parent)
      throws IOException {
    CommitId commit =
        origin.commit(
            Map.of("a/a.yaml", Content.file(text)), parent.stream().toArray(CommitId[]::new));
    origin.set(MAIN, commit);
    return commit;
  }

  private static CommitId commit(Origin origin, Map<String, Content> files) throws IOException {
    CommitId commit = origin.commit(files);
    origin.set(MAIN, commit);
    return commit;
  }

  /** Returns incompressible files. */
  private static Map<String, Content> noise(int files, long bytes) {
    Random random = new Random(bytes);
    Map<String, Content> noise = new HashMap<>();
    for (int i = 0; i < files; i++) {
      byte[] content = new byte[(int) bytes];
      random.nextBytes(content);
      noise.put("a/%d.bin".formatted(i), new Content(FileMode.REGULAR_FILE, content));
    }
    return noise;
  }

  private Path onlyMirror() throws IOException {
    try (Stream<Path> entries = Files.list(place)) {
      return entries.filter(entry -> entry.toString().endsWith(".git")).findFirst().orElseThrow();
    }
  }

  private long bytes() throws IOException {
    return FileTree.bytes(place);
  }

  /** A clock that advances two seconds at each reading. */
  private static final class Moved extends Clock {
    private Instant now = Instant.now();

    @Override
    public synchronized Instant instant() {
      now = now.plusSeconds(2);
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneId.of("UTC");
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
