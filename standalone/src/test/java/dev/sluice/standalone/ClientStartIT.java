package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client asks the API and ends, so what it loads for that decides how long it takes. */
class ClientStartIT {

  @TempDir private Path directory;

  @Test
  void aClientLoadsNeitherLoggingNorTheLibrariesOfTheParts() throws Exception {
    try (SluiceProcess status =
        SluiceProcess.start(
            directory.resolve("log"),
            Map.of(),
            List.of("-Xlog:class+load"),
            "status",
            "--server",
            "http://127.0.0.1:1")) {
      assertThat(status.awaitEnd()).isEqualTo(3);
      assertThat(status.output())
          .contains(" dev.sluice.standalone.client.StatusVerb source:")
          .contains("the API at http://127.0.0.1:1 does not answer")
          .doesNotContain(" org.slf4j.LoggerFactory ", " sun.security.ssl.SSLContextImpl ")
          .doesNotContain(" io.fabric8.", " io.vertx.", " io.netty.", " org.eclipse.jgit.");
    }
  }
}
