package dev.sluice.dispatcher.archive;

import static dev.sluice.dispatcher.archive.SampleTarget.EAST;
import static dev.sluice.dispatcher.archive.SampleTarget.WEB;
import static dev.sluice.dispatcher.archive.SampleTarget.WEST;
import static dev.sluice.dispatcher.archive.SampleTarget.utf8;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Targets in an archive, whose store is a directory. */
class TargetArchiveTest {

  @TempDir private Path directory;
  private TargetArchive archive;

  @BeforeEach
  void open() {
    archive = archive(Topics.DEFAULT);
  }

  private TargetArchive archive(Topics topics) {
    return new TargetArchive(new DirectoryStore(directory, Clock.systemUTC()), topics);
  }

  @Test
  void aTargetIsReadByteForByteAsItWasWritten() {
    SyncEvent.Target target = SampleTarget.of(EAST, 1, "one");

    archive.write(target);

    assertThat(json(EAST, 1)).hasValue(new String(EventCodec.value(target), UTF_8));
  }

  @Test
  void aTargetIsStoredWithoutItsFiles() throws IOException {
    archive.write(SampleTarget.of(EAST, 1, "one"));

    byte[] manifest = Files.readAllBytes(directory.resolve("targets/sluice/east/web/1.json.gz"));
    assertThat(new String(Gzip.decompress(manifest, 1 << 20), UTF_8))
        .contains("apps/web/a.yaml", Digest.of(utf8("value: one\n")).hex())
        .doesNotContain("value: one");
    assertThat(paths())
        .contains(
            Digest.of(utf8("value: one\n")).key().value(),
            Digest.of(new byte[] {0, -1, 'x'}).key().value())
        .hasSize(3);
  }

  @Test
  void strangeContentsAreReadAsTheyWere() {
    SyncEvent.Target target =
        SampleTarget.of(
            EAST,
            1,
            List.of(
                new InputFile.Text("empty", false, ""),
                new InputFile.Text("controls", false, "\u0000\u2028\ufeff\r\n\t\u007f\ud83d\ude00"),
                new InputFile.Text("half a surrogate pair", false, "x\ud83dx"),
                new InputFile.Text("../../etc/passwd", true, "path"),
                new InputFile.Binary("nothing", false, new byte[0]),
                new InputFile.Binary("same as text", false, utf8("path"))));

    archive.write(target);

    assertThat(json(EAST, 1)).hasValue(new String(EventCodec.value(target), UTF_8));
  }

  @Test
  void fieldsOfALaterVersionAreKept() {
    SyncEvent.Target target = SampleTarget.of(EAST, 1, "one");
    String json =
        new String(EventCodec.value(target), UTF_8)
            .replaceFirst("\\{", "{\"added\":{\"price\":1.10,\"large\":1e400},");

    Manifest.Split split = Manifest.split(utf8(json));

    assertThat(split.contents()).isNotEmpty();
    assertThat(restored(split)).isEqualTo(json);
  }

  @Test
  void jsonThatCannotBeSplitIsKeptWhole() {
    String json =
        new String(EventCodec.value(SampleTarget.of(EAST, 1, "one")), UTF_8)
            .replace("\"kind\":\"text\"", "\"kind\" : \"text\"");

    Manifest.Split split = Manifest.split(utf8(json));

    assertThat(split.contents().values()).containsExactly(utf8(json));
    assertThat(restored(split)).isEqualTo(json);
  }

  @Test
  void equalFilesAreStoredOnce() {
    TargetArchive.Written first = archive.write(SampleTarget.of(EAST, 1, "one"));
    TargetArchive.Written other = archive.write(SampleTarget.of(WEST, 7, "one"));
    TargetArchive.Written changed = archive.write(SampleTarget.of(WEST, 8, "two"));

    assertThat(first.deduplicated()).isZero();
    assertThat(other.deduplicated()).isEqualTo("value: one\n".length() + 3);
    assertThat(other.stored()).isPositive().isLessThan(first.stored());
    assertThat(changed.deduplicated()).isEqualTo(3);
    assertThat(paths().filter(path -> path.startsWith("blobs/"))).hasSize(3);
  }

  @Test
  void aTargetThatIsWrittenAgainChangesNothing() {
    archive.write(SampleTarget.of(EAST, 1, "one"));
    List<String> before = paths().toList();

    TargetArchive.Written again = archive.write(SampleTarget.of(EAST, 1, "one"));

    assertThat(again.isNew()).isFalse();
    assertThat(again.stored()).isZero();
    assertThat(paths()).containsExactlyElementsOf(before);
  }

  @Test
  void ofAGenerationWithDifferentContentsAllAreKeptAndTheLastIsRead() {
    SyncEvent.Target first = SampleTarget.of(EAST, 1, "first");
    SyncEvent.Target second = SampleTarget.of(EAST, 1, "second");
    SyncEvent.Target third = SampleTarget.of(EAST, 1, "third");
    archive.write(first);
    archive.write(second);
    archive.write(third);

    // the topic is read again from its beginning
    assertThat(archive.write(first).isNew()).isFalse();
    assertThat(archive.write(second).isNew()).isFalse();

    assertThat(json(EAST, 1)).hasValue(new String(EventCodec.value(third), UTF_8));
    assertThat(paths().filter(path -> path.startsWith("targets/")))
        .containsExactly(
            "targets/sluice/east/web/1-2.json.gz",
            "targets/sluice/east/web/1-3.json.gz",
            "targets/sluice/east/web/1.json.gz");
  }

  @Test
  void targetsThatWereNotArchivedAreEmpty() {
    archive.write(SampleTarget.of(EAST, 1, "one"));

    assertThat(json(EAST, 2)).isEmpty();
    assertThat(json(WEST, 1)).isEmpty();
    assertThat(archive.read(EAST, new ApplicationName("api"), Generation.FIRST)).isEmpty();
    assertThat(archive(new Topics("other")).read(EAST, WEB, Generation.FIRST)).isEmpty();
  }

  @Test
  void aMissingBlobIsReportedWithItsKeyAndIsRestoredByWritingAgain() throws IOException {
    SyncEvent.Target target = SampleTarget.of(EAST, 1, "one");
    archive.write(target);
    ObjectKey blob = Digest.of(utf8("value: one\n")).key();
    Files.delete(directory.resolve(blob.value()));

    assertDamaged(blob.value(), "is missing");

    archive.write(target);
    assertThat(json(EAST, 1)).isPresent();
  }

  @Test
  void aBlobWithAnotherContentIsReportedWithItsKey() throws IOException {
    archive.write(SampleTarget.of(EAST, 1, "one"));
    ObjectKey blob = Digest.of(utf8("value: one\n")).key();

    Files.write(directory.resolve(blob.value()), Gzip.compress(utf8("value: two\n")));
    assertDamaged(blob.value(), "does not have the content that its name says");

    Files.write(directory.resolve(blob.value()), Gzip.compress(new byte[10_000_000]));
    assertDamaged(blob.value(), "is larger than it was when it was written");

    Files.write(directory.resolve(blob.value()), utf8("value: one\n"));
    assertDamaged(blob.value(), "is damaged");

    Files.write(directory.resolve(blob.value()), new byte[0]);
    assertDamaged(blob.value(), "is damaged");
  }

  @Test
  void aDamagedOrForeignManifestIsReportedWithItsKey() throws IOException {
    archive.write(SampleTarget.of(EAST, 1, "one"));
    archive.write(SampleTarget.of(EAST, 2, "two"));
    String key = "targets/sluice/east/web/1.json.gz";
    Path manifest = directory.resolve(key);
    String json = new String(Gzip.decompress(Files.readAllBytes(manifest), 1 << 20), UTF_8);

    Files.copy(
        directory.resolve("targets/sluice/east/web/2.json.gz"),
        Files.createDirectories(directory.resolve("targets/sluice/east/web")).resolve("3.json.gz"));
    assertThatThrownBy(() -> archive.read(EAST, WEB, new Generation(3)))
        .isInstanceOf(ArchiveException.Damaged.class)
        .hasMessageContainingAll("web/3.json.gz", "is the manifest of another target");

    Files.write(manifest, Gzip.compress(utf8(json.replace("octo", "cato"))));
    assertDamaged(key, "leads to another target");
    Files.write(manifest, Gzip.compress(utf8(json.replaceFirst("\"sha256\":\"", "$0../../"))));
    assertDamaged(key, "has a reference that is none");
    Files.write(manifest, Gzip.compress(utf8(json.replace("\"format\":1", "\"format\":2"))));
    assertDamaged(key, "has a format that this version cannot read");
    Files.write(manifest, Gzip.compress(utf8("[]")));
    assertDamaged(key, "is not a manifest");
    Files.write(manifest, Gzip.compress(utf8("{")));
    assertDamaged(key, "is not JSON");
  }

  @Test
  void aDamagedManifestDoesNotPreventWritingAgain() throws IOException {
    archive.write(SampleTarget.of(EAST, 1, "one"));
    Files.write(directory.resolve("targets/sluice/east/web/1.json.gz"), new byte[] {1, 2, 3});

    archive.write(SampleTarget.of(EAST, 1, "one"));

    assertThat(json(EAST, 1))
        .hasValue(new String(EventCodec.value(SampleTarget.of(EAST, 1, "one")), UTF_8));
  }

  @Test
  void severalArchivesCanWriteTheSameAtTheSameTime() throws Exception {
    int writers = 4;
    List<Future<?>> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      CyclicBarrier start = new CyclicBarrier(writers);
      for (int writer = 0; writer < writers; writer++) {
        results.add(
            threads.submit(
                () -> {
                  TargetArchive own = archive(Topics.DEFAULT);
                  start.await();
                  for (int generation = 1; generation <= 30; generation++) {
                    own.write(SampleTarget.of(EAST, generation, "v" + generation / 3));
                  }
                  return null;
                }));
      }
    }
    for (Future<?> result : results) {
      result.get();
    }

    for (int generation = 1; generation <= 30; generation++) {
      assertThat(json(EAST, generation)).isPresent();
    }
    assertThat(paths().filter(path -> path.startsWith("targets/"))).hasSize(30);
    assertThat(paths().filter(path -> path.startsWith("tmp/"))).isEmpty();
  }

  private void assertDamaged(String key, String problem) {
    assertThatThrownBy(() -> archive.read(EAST, WEB, Generation.FIRST))
        .isInstanceOf(ArchiveException.Damaged.class)
        .hasMessageContainingAll(key, problem);
  }

  private static String restored(Manifest.Split split) {
    try {
      return new String(
          Manifest.read(split.manifest().bytes())
              .restored(reference -> split.contents().get(reference.digest())),
          UTF_8);
    } catch (Manifest.InvalidManifestException e) {
      throw new AssertionError(e);
    }
  }

  private Optional<String> json(ClusterName cluster, long generation) {
    return archive
        .read(cluster, WEB, new Generation(generation))
        .map(target -> new String(EventCodec.value(target), UTF_8));
  }

  /** Returns the paths of all files, sorted. */
  private Stream<String> paths() {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString())
          .sorted()
          .toList()
          .stream();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
