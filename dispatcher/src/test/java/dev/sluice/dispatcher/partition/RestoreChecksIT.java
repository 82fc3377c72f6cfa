package dev.sluice.dispatcher.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.Mirrors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreChecksIT {

  private static final ApplicationName WEB = new ApplicationName("web");
  private static final CommitId COMMIT = new CommitId("a".repeat(40));

  private final BlockingQueue<PartitionInput> inputs = new LinkedBlockingQueue<>();

  @TempDir private Path directory;

  @Test
  void aRepositoryThatDoesNotAnswerEndsTheLookupAfterTheLimit() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Mirrors mirrors = new Mirrors(directory, Clock.systemUTC());
        RestoreChecks checks = new RestoreChecks(mirrors, inputs::add, Duration.ofSeconds(1))) {
      SourceSpec source = source(silent);

      checks.start(WEB, source, COMMIT);

      PartitionInput.CommitLookedUp lookedUp =
          (PartitionInput.CommitLookedUp) inputs.poll(20, TimeUnit.SECONDS);
      assertThat(lookedUp).isNotNull();
      assertThat(lookedUp.application()).isEqualTo(WEB);
      assertThat(lookedUp.objection())
          .contains(
              "the commit %s of %s is not known here, and the repository cannot be read now: it did not answer within 1 s; give the command again later"
                  .formatted(COMMIT, source.repository()));
    }
  }

  /** Returns a source whose server accepts connections and answers nothing. */
  private static SourceSpec source(ServerSocket server) throws IOException {
    String url = "http://127.0.0.1:%d/acme/shop.git".formatted(server.getLocalPort());
    return new SourceSpec(
        RepositoryId.fromUrl(url),
        url,
        Optional.empty(),
        Optional.empty(),
        GitRef.branch("main"),
        "",
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }
}
