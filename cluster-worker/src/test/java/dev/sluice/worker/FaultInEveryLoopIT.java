package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.process.FaultyClock;
import dev.sluice.simulated.fault.Fault;
import dev.sluice.simulated.fault.FaultInjector;
import dev.sluice.worker.sync.SyncLog;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A fault affects only its own item: the other applications are applied by the same leader. */
@Tag("kubernetes")
class FaultInEveryLoopIT {

  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  /**
   * A fault.
   *
   * @param before happens before the worker starts
   * @param during happens while it leads
   */
  private record Case(String name, Consumer<Bench> before, Consumer<Bench> during) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Case during(String name, Consumer<Bench> during) {
    return new Case(name, _ -> {}, during);
  }

  private static Case before(String name, Consumer<Bench> before) {
    return new Case(name, before, _ -> {});
  }

  static Stream<Case> faults() {
    return Stream.of(
        during("sync log: garbage", bench -> send(bench, "bad", "target", "\u0001\u0002")),
        during("sync log: JSON of another shape", bench -> send(bench, "bad", "target", "[[]]")),
        during("sync log: no value", bench -> send(bench, "bad", "target", null)),
        during("sync log: null", bench -> send(bench, "bad", "target", "null")),
        during("sync log: no type", bench -> send(bench, "bad", null, "{}")),
        during("sync log: a result", bench -> sendResult(bench)),
        before("sync log: garbage in the past", bench -> send(bench, "bad", "target", "{")),
        during("questions: garbage", bench -> send(bench, "~question", "diff-asked", "7")),
        during("questions: unknown", bench -> send(bench, "~question", "of-tomorrow", "{}")),
        during("questions: about nothing", bench -> ask(bench, "nothing")),
        during(
            "lane: a field name of 3 million characters",
            bench ->
                bench.targets.send(
                    bench.targets.target("bad", 1, withField("x".repeat(3_000_000))))),
        during(
            "lane: an object name of 1 million characters",
            bench ->
                bench.targets.send(
                    bench.targets.target("bad", 1, configMap("x".repeat(1_000_000), "x")))),
        during(
            "lane: half a character",
            bench -> bench.targets.send(bench.targets.target("bad", 1, withField("\"\\uD83D\"")))),
        during(
            "lane: the API answers nonsense",
            bench -> {
              assumeTrue(bench.fixture.isSimulated(), "a real API server makes sense");
              bench
                  .fixture
                  .simulatedCluster()
                  .faults()
                  .inject(
                      request -> request.path().endsWith("/configmaps/bad"),
                      new Fault.Answer("{\"metadata\": [7], \"kind\": {}}"));
              bench.targets.send(bench.targets.target("bad", 1, configMap("bad", "x")));
            }),
        during("sweep: labels that are no name", FaultInEveryLoopIT::createForgedObject),
        before("reporting: a listener fails", bench -> bench.listener = failing(null)),
        before(
            "reporting: a listener ends in an error",
            bench -> bench.listener = failing(new AssertionError("a listener"))));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void theOtherApplicationsAreApplied(Case fault) {
    fault.before().accept(bench);
    ClusterWorker worker = bench.worker("one");
    bench.targets.send(bench.targets.target("good", 1, configMap("good", "first")));
    bench.awaitApplied("good", 1);

    fault.during().accept(bench);
    bench.targets.send(bench.targets.target("good", 2, configMap("good", "second")));
    bench.awaitApplied("good", 2);
    // the loops turn once more
    bench.targets.send(
        bench.targets.target("good", 3, configMap("good", "third")),
        bench.targets.target("late", 1, configMap("late", "first")));
    bench.awaitApplied("good", 3);
    bench.awaitApplied("late", 1);

    assertThat(readyz(worker)).isEqualTo("200 LEADING");
    assertThat(bench.results.all(ResultEvent.WorkerHello.class))
        .as("leads without a break")
        .hasSize(1);
  }

  @Test
  void anUnknownRecordTypeEndsLeadershipVisibly() {
    ClusterWorker worker = bench.worker("one");
    bench.targets.send(bench.targets.target("good", 1, configMap("good", "first")));
    bench.awaitApplied("good", 1);

    send(bench, "bad", "of-tomorrow", "{}");

    await()
        .atMost(Bench.PATIENCE)
        .until(
            () -> readyz(worker),
            text ->
                text.startsWith("503 STOPPED: ")
                    && text.contains("dev.sluice.of-tomorrow.v1")
                    && text.contains("upgrade this worker"));
    await().atMost(Bench.PATIENCE).until(() -> holder().isEmpty());
    assertThat(worker.isLive()).isTrue();
    assertThat(worker.status()).isEqualTo(WorkerStatus.STOPPED);
  }

  private static String withField(String name) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: bad}
    %s: 1
    """
        .formatted(name);
  }

  @Test
  void anExceptionOutsideAnyItemGivesUpLeadershipForAWhile() {
    AtomicReference<Throwable> fault = new AtomicReference<>();
    bench.clock = failingClock(fault);
    ClusterWorker worker = bench.worker("one");
    bench.targets.send(bench.targets.target("good", 1, configMap("good", "first")));
    bench.awaitApplied("good", 1);

    fault.set(new IllegalStateException("a clock"));

    await()
        .atMost(Bench.PATIENCE)
        .until(() -> readyz(worker), text -> text.startsWith("503 STOPPED: "));
    await().atMost(Bench.PATIENCE).until(() -> holder().isEmpty());
    fault.set(null);
    bench.targets.send(bench.targets.target("good", 2, configMap("good", "second")));
    bench.awaitApplied("good", 2);
    assertThat(readyz(worker)).isEqualTo("200 LEADING");
  }

  @Test
  void anErrorOutsideAnyItemReleasesTheLeaseAndEndsTheProcess() {
    List<Throwable> ends = new CopyOnWriteArrayList<>();
    AtomicReference<Throwable> fault = new AtomicReference<>();
    bench.clock = failingClock(fault);
    bench.worker("one");
    bench.targets.send(bench.targets.target("good", 1, configMap("good", "first")));
    bench.awaitApplied("good", 1);
    AssertionError error = new AssertionError("a clock");

    try (var _ = FatalErrors.endingBy(ends::add)) {
      fault.set(error);
      await().atMost(Bench.PATIENCE).until(() -> ends.contains(error));
    }

    assertThat(holder()).as("given back before the end").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"exception", "error"})
  void isUnreadyWhileTheElectionFails(String fault) {
    FaultyClock clock = new FaultyClock("Leadership");
    bench.clock = clock;
    ClusterWorker worker = bench.worker("one");
    bench.targets.send(bench.targets.target("good", 1, configMap("good", "first")));
    bench.awaitApplied("good", 1);

    clock.fail(fault);
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () -> readyz(worker), text -> text.startsWith("503 STANDBY: the election for Lease"));
    clock.recover();

    bench.targets.send(bench.targets.target("good", 2, configMap("good", "second")));
    bench.awaitApplied("good", 2);
    await().atMost(Bench.PATIENCE).until(() -> readyz(worker), "200 LEADING"::equals);
  }

  @Test
  void isUnreadyWhileTheLedgersAreNotWatched() {
    assumeTrue(bench.fixture.isSimulated(), "a real API server has no such fault");
    AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    bench.clock = new TestClock(() -> Instant.now().plus(ahead.get()));
    FaultInjector.Registration fault =
        bench
            .fixture
            .simulatedCluster()
            .faults()
            .inject(
                request -> request.isWatch() && request.path().endsWith("/configmaps"),
                new Fault.Fail(403, "Forbidden", "a test's fault"));
    ClusterWorker worker = bench.worker("one");
    await().atMost(Bench.PATIENCE).until(() -> readyz(worker), "200 LEADING"::equals);

    ahead.set(Duration.ofMinutes(5));
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () -> readyz(worker),
            text -> text.startsWith("503 LEADING: the ledgers are not watched since"));
    fault.close();
    bench.targets.send(bench.targets.target("good", 1, configMap("good", "first")));

    await().atMost(Bench.PATIENCE).until(() -> readyz(worker), "200 LEADING"::equals);
  }

  private static boolean isAskedBy(Class<?> type) {
    return StackWalker.getInstance()
        .walk(frames -> frames.skip(3).findFirst())
        .filter(caller -> caller.getClassName().equals(type.getName()))
        .isPresent();
  }

  /** A clock that fails when the reader of the log asks it. */
  private static Clock failingClock(AtomicReference<Throwable> fault) {
    return new TestClock(
        () -> {
          if (isAskedBy(SyncLog.class)) {
            switch (fault.get()) {
              case RuntimeException exception -> throw exception;
              case Error error -> throw error;
              case null, default -> {}
            }
          }
          return Instant.now();
        });
  }

  /** A clock of the test. */
  private static final class TestClock extends Clock {

    private final Supplier<Instant> now;

    TestClock(Supplier<Instant> now) {
      this.now = now;
    }

    @Override
    public Instant instant() {
      return now.get();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private String holder() {
    return String.valueOf(
            bench
                .fixture
                .client()
                .leases()
                .inNamespace(bench.systemNamespace)
                .list()
                .getItems()
                .getFirst()
                .getSpec()
                .getHolderIdentity())
        .replace("null", "");
  }

  private static String readyz(ClusterWorker worker) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://127.0.0.1:%d/readyz"
                              .formatted(worker.healthPort().orElseThrow())))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return response.statusCode() + " " + response.body().strip();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static WorkerResources.Listener failing(@Nullable Error error) {
    return _ -> {
      if (error != null) {
        throw error;
      }
      throw new IllegalStateException("a listener");
    };
  }

  private static void createForgedObject(Bench bench) {
    bench
        .fixture
        .client()
        .configMaps()
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(bench.namespace)
                .withName("forged")
                .withLabels(
                    Map.of(
                        "sluice.dev/application",
                        "Foo_Bar",
                        "sluice.dev/installation",
                        bench.systemNamespace))
                .withAnnotations(Map.of("sluice.dev/generation", "1"))
                .endMetadata()
                .build())
        .serverSideApply();
  }

  private static void sendResult(Bench bench) {
    bench.targets.send(
        EventCodec.encode(
            bench.kafka.topics().sync(bench.cluster),
            0,
            new Envelope<>(
                EventId.of("test"),
                "test",
                Instant.now(),
                TraceParent.start(),
                new ResultEvent.Swept(bench.cluster, new ApplicationName("bad"), List.of()))));
  }

  private static void ask(Bench bench, String application) {
    bench.targets.send(
        EventCodec.encode(
            bench.kafka.topics().sync(bench.cluster),
            0,
            new Envelope<>(
                EventId.of("question", ThreadLocalRandom.current().nextLong()),
                "api",
                Instant.now(),
                TraceParent.start(),
                new QuestionEvent.DiffAsked(
                    new ApplicationName(application),
                    bench.cluster,
                    "cat",
                    Instant.now().plusSeconds(60)))));
  }

  private static void send(Bench bench, String key, @Nullable String type, @Nullable String value) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(
            bench.kafka.topics().sync(bench.cluster),
            0,
            key,
            value == null ? null : value.getBytes(UTF_8));
    if (type != null) {
      record.headers().add("ce_type", "dev.sluice.%s.v1".formatted(type).getBytes(UTF_8));
    }
    bench.targets.send(record);
  }
}
