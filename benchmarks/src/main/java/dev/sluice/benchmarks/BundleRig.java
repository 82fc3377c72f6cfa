package dev.sluice.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.Generation;
import dev.sluice.standalone.process.OneProcess;
import dev.sluice.standalone.verify.Checker;
import dev.sluice.standalone.verify.Findings;
import dev.sluice.worker.render.RenderConfig;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.ObjectId;

/** Sluice in one process with a cluster and a fleet of one application at a time: a bundle. */
final class BundleRig implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Duration SETTLING = Duration.ofSeconds(20);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Installation installation;
  private final BenchmarkRepository repository;
  private final BlockingQueue<ResultEvent.OfTarget> results;
  private Optional<ResultEvent.Retrying> retried = Optional.empty();

  private BundleRig(
      Installation installation,
      BenchmarkRepository repository,
      BlockingQueue<ResultEvent.OfTarget> results) {
    this.installation = installation;
    this.repository = repository;
    this.results = results;
  }

  static BundleRig start(Path directory, Optional<Path> kubeconfig) throws Exception {
    Installation.Context context = Installation.Context.prepare(directory, kubeconfig);
    BenchmarkRepository repository =
        context.parts().add(BenchmarkRepository.create(directory, 0, context.namespace()));
    BlockingQueue<ResultEvent.OfTarget> results = new LinkedBlockingQueue<>();
    Installation installation =
        Installation.start(
            context,
            Installation.fleet(repository.url()),
            Map.of("removal-limit", "100"),
            new OneProcess.Listeners(
                OneProcess.Listeners.NONE.dispatcher(),
                result -> {
                  if (result instanceof ResultEvent.OfTarget ofTarget) {
                    results.add(ofTarget);
                  }
                }));
    return new BundleRig(installation, repository, results);
  }

  /** Commits the files of a bundle, and adds it to the fleet as an application. */
  void add(String name, Path files) throws Exception {
    KubernetesClient cluster = installation.context().cluster();
    if (cluster.namespaces().withName(name).get() == null) {
      cluster
          .namespaces()
          .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
          .create();
    }
    push(repository.copy(name, files));
    writeFleet(Installation.application(name, "apps", name));
  }

  /** Adds a comment to each manifest of a bundle, so that it is rendered and compared again. */
  void comment(String name) throws Exception {
    push(repository.comment(name));
  }

  /** Sends everything again, and has all objects written. */
  void resync(String name) throws IOException, InterruptedException {
    ObjectNode body = Json.mapper().createObjectNode().put("reason", "check").put("dryRun", false);
    body.putObject("command").put("kind", "resync");
    body.putArray("applications").add(name);
    body.putArray("clusters");
    var unused = post("/api/v1/commands", body);
  }

  /** Removes the application, so that its objects are deleted. */
  void remove(String name) throws Exception {
    writeFleet("");
    ResultEvent.OfTarget end = await(name);
    if (!(end instanceof ResultEvent.Removed)) {
      throw new IllegalStateException("the bundle is not removed: " + described(end));
    }
    installation.context().cluster().namespaces().withName(name).delete();
  }

  /**
   * Waits for the next result of an application that ends a generation.
   *
   * @throws IllegalStateException if there is none in time
   */
  ResultEvent.OfTarget await(String name) throws InterruptedException {
    long start = System.nanoTime();
    retried = Optional.empty();
    while (true) {
      long left = LIMIT.toNanos() - (System.nanoTime() - start);
      ResultEvent.OfTarget result = results.poll(left, TimeUnit.NANOSECONDS);
      if (result == null) {
        throw new IllegalStateException(
            "not done within %s%s"
                .formatted(LIMIT, retried.map(last -> ": " + described(last)).orElse("")));
      }
      if (!result.subject().application().value().equals(name)) {
        continue;
      }
      switch (result) {
        case ResultEvent.Retrying retrying -> retried = Optional.of(retrying);
        case ResultEvent.Dispatched _, ResultEvent.Planned _, ResultEvent.Superseded _ -> {}
        default -> {
          return result;
        }
      }
    }
  }

  /** Returns a result in one line, with the message of a failure. */
  static String described(ResultEvent.OfTarget result) {
    return switch (result) {
      case ResultEvent.Parked parked ->
          parked.failure().code().value() + ": " + parked.failure().message();
      case ResultEvent.Retrying retrying ->
          retrying.failure().code().value() + ": " + retrying.failure().message();
      default -> result.getClass().getSimpleName() + " " + generation(result);
    };
  }

  private static Generation generation(ResultEvent.OfTarget result) {
    return result.subject().generation();
  }

  /** Returns what {@code sluice verify} finds, once the last attempt is recorded everywhere. */
  Findings verify() throws Exception {
    Installation.Context context = installation.context();
    Checker checker =
        new Checker(
            installation.process().kafka(),
            Map.of(Installation.CLUSTER, context.cluster()),
            new Checker.Installation(
                context.namespace(),
                context.systemNamespace(),
                Files.createTempDirectory(context.directory(), "verify"),
                RenderConfig.DEFAULT));
    long start = System.nanoTime();
    Findings findings;
    do {
      findings = checker.check();
    } while (!findings.isEmpty() && System.nanoTime() - start < SETTLING.toNanos());
    return findings;
  }

  /** Returns what {@code sluice diff} shows, one line for each object. */
  List<String> diff(String name) throws IOException, InterruptedException {
    ObjectNode body =
        Json.mapper()
            .createObjectNode()
            .put("application", name)
            .put("cluster", Installation.CLUSTER.value());
    JsonNode answer = post("/api/v1/diffs", body);
    List<String> lines = new ArrayList<>();
    if (answer.path("failure").isObject()) {
      lines.add("failure: " + answer.path("failure"));
    }
    answer.path("differences").forEach(difference -> lines.add(difference.toString()));
    return lines;
  }

  KubernetesClient cluster() {
    return installation.context().cluster();
  }

  private void push(ObjectId[] commit) throws Exception {
    installation.webhook().send(commit[0], commit[1]);
  }

  private void writeFleet(String application) throws IOException {
    Files.writeString(
        installation.context().directory().resolve("fleet").resolve("fleet.yaml"),
        Installation.fleet(repository.url()) + application);
  }

  private JsonNode post(String path, ObjectNode body) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + installation.process().apiPort()).resolve(path);
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(
          "the API answered %d: %s".formatted(answer.statusCode(), answer.body()));
    }
    return Json.mapper().readTree(answer.body());
  }

  @Override
  public void close() {
    http.close();
    installation.context().parts().close();
  }
}
