package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
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

  @Test
  void validatingAFleetLoadsNeitherTheBrokerNorTheLibrariesOfTheParts() throws Exception {
    Path fleet = Files.createDirectory(directory.resolve("fleet"));
    Files.writeString(
        fleet.resolve("clusters.yaml"),
        "apiVersion: sluice.dev/v1\nkind: Cluster\nmetadata: {name: eu}\n");
    try (SluiceProcess validate =
        SluiceProcess.start(
            directory.resolve("log"),
            Map.of(),
            List.of("-Xlog:class+load"),
            "validate",
            fleet.toString())) {
      assertThat(validate.awaitEnd()).isZero();
      assertThat(validate.output())
          .contains(" dev.sluice.dispatcher.fleet.FleetLoader source:")
          .contains("is valid: applications 0, clusters 1")
          .doesNotContain(" sun.security.ssl.SSLContextImpl ", " java.net.http.HttpClient ")
          .doesNotContain(" org.apache.kafka.", " dev.cel.", " com.google.protobuf.")
          .doesNotContain(" io.fabric8.", " io.vertx.", " io.netty.", " org.eclipse.jgit.");
    }
  }
}
