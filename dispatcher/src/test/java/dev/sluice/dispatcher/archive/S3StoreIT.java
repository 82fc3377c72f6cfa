package dev.sluice.dispatcher.archive;

import static dev.sluice.dispatcher.archive.SampleTarget.EAST;
import static dev.sluice.dispatcher.archive.SampleTarget.WEB;
import static dev.sluice.dispatcher.archive.SampleTarget.utf8;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive in a bucket of a real S3-compatible store. */
class S3StoreIT extends ObjectStoreContract {

  private static final ObjectKey KEY = new ObjectKey("blobs/00/some.gz");

  @TempDir private static Path directory;
  private static S3Server server;
  private S3Location location;

  @BeforeAll
  static void startServer() throws IOException {
    server = S3Server.start(directory);
  }

  @AfterAll
  static void stopServer() {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void createBucket() {
    location = server.bucket();
  }

  @Override
  ObjectStore open() {
    return S3Store.open(location);
  }

  @Test
  void targetsAreReadByteForByteAsTheyWereWritten() {
    SyncEvent.Target target = SampleTarget.of(EAST, 1, "one");
    try (TargetArchive archive = archive();
        TargetArchive other = archive()) {
      TargetArchive.Written first = archive.write(target);
      assertThat(first.isNew()).isTrue();
      assertThat(archive.write(SampleTarget.of(EAST, 2, "one")).deduplicated()).isPositive();
      assertThat(other.write(target).isNew()).isFalse();
      archive.write(SampleTarget.of(EAST, 2, "another"));

      assertThat(other.read(EAST, WEB, Generation.FIRST))
          .hasValueSatisfying(
              read ->
                  assertThat(new String(EventCodec.value(read), UTF_8))
                      .isEqualTo(new String(EventCodec.value(target), UTF_8)));
      assertThat(other.read(EAST, WEB, new Generation(2)))
          .hasValueSatisfying(
              read ->
                  assertThat(new String(EventCodec.value(read), UTF_8)).contains("value: another"));
      assertThat(other.read(EAST, WEB, new Generation(3))).isEmpty();
    }
  }

  @Test
  void aMissingBucketIsNoEmptyArchive() {
    try (ObjectStore store = S3Store.open(server.location("there-is-none"))) {
      assertThatThrownBy(() -> store.exists(KEY))
          .isInstanceOf(ArchiveException.Unavailable.class)
          .hasMessageContaining("the archive s3://there-is-none/sluice/archive/ at http://");
      assertThatThrownBy(() -> store.get(KEY)).isInstanceOf(ArchiveException.Unavailable.class);
      assertThatThrownBy(() -> store.putIfAbsent(KEY, utf8("x")))
          .isInstanceOf(ArchiveException.Unavailable.class);
    }
  }

  @Test
  void refusedCredentialsAreReportedWithoutThemAndCanBeReplaced() throws IOException {
    try (ObjectStore store = open()) {
      Files.writeString(server.keyFile("secret-key"), "wrong-and-secret");

      assertThatThrownBy(() -> store.putIfAbsent(KEY, utf8("x")))
          .isInstanceOf(ArchiveException.Unavailable.class)
          .hasMessageContaining("HTTP 403")
          .hasMessageNotContainingAny("wrong-and-secret", S3Server.ACCESS_KEY);

      Files.delete(server.keyFile("secret-key"));
      assertThatThrownBy(() -> store.putIfAbsent(KEY, utf8("x")))
          .isInstanceOf(ArchiveException.Unavailable.class)
          .hasMessageContaining("there is no secret at file:");

      Files.writeString(server.keyFile("secret-key"), S3Server.SECRET_KEY);
      assertThat(store.putIfAbsent(KEY, utf8("x"))).isTrue();
    } finally {
      Files.writeString(server.keyFile("secret-key"), S3Server.SECRET_KEY);
    }
  }

  @Test
  void aStoreThatDoesNotAnswerIsReportedAndUsedAgainLater() throws Exception {
    try (ObjectStore store = open()) {
      server.stop();
      try {
        assertThatThrownBy(() -> store.putIfAbsent(KEY, utf8("x")))
            .isInstanceOf(ArchiveException.Unavailable.class)
            .hasMessageStartingWith("the archive s3://");
      } finally {
        server.restart();
      }

      assertThat(store.putIfAbsent(KEY, utf8("x"))).isTrue();
      assertThat(store.get(KEY)).hasValue(utf8("x"));
    }
  }

  private TargetArchive archive() {
    return ArchiveConfig.in(location).open(Topics.DEFAULT, Clock.systemUTC());
  }
}
