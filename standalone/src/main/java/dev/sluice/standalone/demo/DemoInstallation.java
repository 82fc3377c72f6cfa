package dev.sluice.standalone.demo;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.console.PushReport;
import dev.sluice.standalone.console.StartSteps;
import dev.sluice.standalone.process.ClusterAccess;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The demo's repositories, clusters and broker, and all parts in this process. */
final class DemoInstallation {

  private final Path secret;
  private final DemoRepository applications;
  private final DemoRepository fleet;
  private final DemoClusters clusters;
  private final OneProcess process;

  private DemoInstallation(
      Lifetime parts, Path data, List<ClusterName> names, Options options, Tracing tracing)
      throws Exception {
    this.secret = secret(data.resolve("webhook-secret"));
    this.applications = DemoRepository.ofApplications(data);
    this.fleet = DemoRepository.ofFleet(data, applications);
    StartSteps steps = parts.add(new StartSteps(System.out));
    this.clusters =
        parts.add(
            steps.run(
                "clusters",
                () -> DemoClusters.open(data, names, options.access(), options.podStart())));
    EmbeddedBroker broker =
        parts.add(steps.run("broker", () -> OneProcess.broker(data, options.kafkaPort())));
    this.process =
        parts.add(
            OneProcess.start(
                OneProcess.Plan.from(
                    Map.of(
                        "fleet", "git+%s@%s".formatted(fleet.url(), DemoRepository.BRANCH),
                        "fleet-identity", "localhost/" + fleet.fullName(),
                        "mirrors", data.resolve("mirrors").toString(),
                        "read-model", data.resolve("read-model").toString(),
                        "api-port", Integer.toString(options.apiPort()),
                        "webhook-host", "127.0.0.1",
                        "webhook-port", Integer.toString(options.webhookPort()),
                        "webhook-endpoint",
                            "name=github,forge=github,host=localhost,secret=file:" + secret),
                    clusters.clients()),
                OneProcess.connection(broker),
                OneProcess.Listeners.printing(new PushReport(System.out), steps),
                tracing));
    applications.installHook(webhook(), secret);
    fleet.installHook(webhook(), secret);
  }

  /**
   * Options of a demo.
   *
   * @param access to real clusters, in place of simulated ones
   * @param podStart time until the pods of simulated clusters are ready
   * @param webhookPort 0 for any free port, like the others
   */
  record Options(
      ClusterAccess access, Duration podStart, int webhookPort, int apiPort, int kafkaPort) {}

  /**
   * Starts a demo, or continues an earlier one.
   *
   * @param parts closes what is started
   * @param data its directory
   */
  static DemoInstallation start(
      Lifetime parts, Path data, List<ClusterName> clusters, Options options, Tracing tracing)
      throws Exception {
    return new DemoInstallation(parts, data, clusters, options, tracing);
  }

  /** Returns the repository of the applications. */
  DemoRepository applications() {
    return applications;
  }

  /** Returns the repository of the fleet. */
  DemoRepository fleet() {
    return fleet;
  }

  DemoClusters clusters() {
    return clusters;
  }

  OneProcess process() {
    return process;
  }

  /** Returns the address that receives webhooks. */
  URI webhook() {
    return URI.create("http://127.0.0.1:%d/webhooks/github".formatted(process.webhookPort()));
  }

  /** Returns the file with the secret that signs webhooks. */
  Path secret() {
    return secret;
  }

  private static Path secret(Path file) throws IOException {
    if (!Files.exists(file)) {
      byte[] random = new byte[32];
      new SecureRandom().nextBytes(random);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, HexFormat.of().formatHex(random));
    }
    return file;
  }
}
