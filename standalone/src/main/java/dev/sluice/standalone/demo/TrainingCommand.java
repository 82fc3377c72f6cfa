package dev.sluice.standalone.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.cli.Logging;
import dev.sluice.standalone.cli.ScratchDirectory;
import dev.sluice.standalone.process.ClusterAccess;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;

/**
 * {@code sluice training-run}: runs all parts with a small workload, and ends. The JVM observes
 * which classes and methods they use, and writes that into an ahead-of-time cache (JEP 514 and
 * 515), with which they start faster.
 */
public final class TrainingCommand {

  private static final ClusterName CLUSTER = new ClusterName("staging");
  private static final int PUSHES = 20;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
  private static final List<String> PAGES =
      List.of(
          "/readyz",
          "/metrics",
          "/api/v1/status",
          "/api/v1/applications",
          "/api/v1/generations",
          "/api/v1/events");

  private static final Setting<Boolean> HOLD =
      Setting.flag("hold", "then print the API's address, and run until standard input ends");

  private TrainingCommand() {}

  public static Command command() {
    return new Command(
        "training-run",
        "Runs all parts with a small workload and ends, for the JVM's ahead-of-time cache.",
        Stream.concat(Stream.of(HOLD), Logging.SETTINGS.stream()).toList(),
        values -> {
          Logging.configure(values);
          run(values.get(HOLD));
          return 0;
        });
  }

  private static void run(boolean hold) throws Exception {
    try (ScratchDirectory data = ScratchDirectory.create("sluice-training");
        Lifetime parts = new Lifetime()) {
      DemoInstallation demo =
          DemoInstallation.start(
              parts,
              data.path(),
              List.of(CLUSTER),
              new DemoInstallation.Options(ClusterAccess.NONE, Duration.ofMillis(100), 0, 0, 0),
              Tracing.OFF);
      byte[] secret = Files.readString(demo.secret()).getBytes(UTF_8);
      KubernetesClient client = demo.clusters().clients().get(CLUSTER);
      await(() -> images(client).contains("nginx:1.29"));
      try (Git clone = Git.open(demo.applications().workingCopy().toFile())) {
        for (int push = 0; push < PUSHES; push++) {
          String image = "nginx:1.30." + push;
          push(clone, image, demo, secret);
          await(() -> images(client).contains(image));
        }
      }
      URI api = URI.create("http://127.0.0.1:" + demo.process().apiPort());
      read(api);
      if (hold) {
        System.out.println("training run: the API is at " + api);
        System.in.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  private static void push(Git clone, String image, DemoInstallation demo, byte[] secret)
      throws Exception {
    Path manifest = clone.getRepository().getWorkTree().toPath().resolve("website/deployment.yaml");
    Files.writeString(manifest, Files.readString(manifest).replaceFirst("nginx:[0-9.]+", image));
    ObjectId before = clone.getRepository().resolve("HEAD");
    RevCommit commit = commit(clone, image);
    byte[] body =
        PushWebhook.body(
            before.name(),
            commit.name(),
            "refs/heads/" + DemoRepository.BRANCH,
            demo.applications().fullName(),
            Optional.of(new PushWebhook.Commit("Training", image)));
    PushWebhook.send(demo.webhook(), body, secret);
  }

  private static RevCommit commit(Git clone, String message) throws GitAPIException {
    clone.add().addFilepattern(".").call();
    RevCommit commit = clone.commit().setMessage(message).setSign(false).call();
    clone.push().setRemote("origin").add(DemoRepository.BRANCH).call();
    return commit;
  }

  private static List<String> images(KubernetesClient client) {
    return client.apps().deployments().inAnyNamespace().list().getItems().stream()
        .flatMap(one -> one.getSpec().getTemplate().getSpec().getContainers().stream())
        .map(container -> container.getImage())
        .toList();
  }

  private static void read(URI api) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (String page : PAGES) {
        client.send(
            HttpRequest.newBuilder(api.resolve(page)).build(),
            HttpResponse.BodyHandlers.discarding());
      }
    }
  }

  private static void await(BooleanSupplier condition)
      throws InterruptedException, TimeoutException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new TimeoutException("a push had not reached the cluster after " + LIMIT);
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }
}
