package dev.sluice.benchmarks.receiver;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sluice.benchmarks.measure.Child;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.platform.kafka.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;

/** A broker in this process, and processes of servers and load generators. */
final class ReceiverRig implements AutoCloseable {

  private static final int PARTITIONS = 8;
  private static final int WARM_UP = 100_000;
  private static final int LARGE_BODIES = 50;
  private static final int LARGE_BYTES = 25_000_000;
  private static final List<String> SMALL_HEAP = List.of("-Xmx128m", "-XX:+UseSerialGC");
  private static final List<String> HEAP_FOR_IDLE = List.of("-Xmx256m", "-XX:+UseSerialGC");
  private static final List<String> LOAD = List.of("-Xmx1g", "-XX:+UseSerialGC");

  private final Path directory;
  private final EmbeddedBroker broker;
  private final int connections;

  private ReceiverRig(Path directory, EmbeddedBroker broker, int connections) {
    this.directory = directory;
    this.broker = broker;
    this.connections = connections;
  }

  static ReceiverRig start(Path directory, int connections) {
    EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("kafka"), 0);
    KafkaConnection connection =
        new KafkaConnection(broker.bootstrapServers(), Topics.DEFAULT, Map.of());
    try (Admin admin = Admin.create(connection.admin())) {
      new TopicProvisioner(admin, connection.topics()).provision(PARTITIONS);
    }
    return new ReceiverRig(directory, broker, connections);
  }

  /** Runs all measurements, each server with the same small heap. */
  ReceiverReport measure(int rounds, int requests, int idle, int longRun) throws Exception {
    List<LoadResult> bareFull = new ArrayList<>();
    List<LoadResult> full = new ArrayList<>();
    List<LoadResult> bareHalf = new ArrayList<>();
    List<LoadResult> half = new ArrayList<>();
    int rate;
    try (Server bare = serve("bare", SMALL_HEAP);
        Server receiver = serve("receiver", SMALL_HEAP)) {
      load(bare, WARM_UP, 0, 0); // warm-up, not counted
      load(receiver, WARM_UP, 0, 0);
      for (int i = 0; i < rounds; i++) {
        bareFull.add(load(bare, requests, 0, 0));
        full.add(load(receiver, requests, 0, 0));
      }
      rate = (int) (ReceiverReport.median(full, LoadResult::perSecond) / 2);
      for (int i = 0; i < rounds; i++) {
        bareHalf.add(load(bare, requests / 2, rate, 0));
        half.add(load(receiver, requests / 2, rate, 0));
      }
    }
    return new ReceiverReport(
        ReceiverReport.Side.of(bareFull, bareHalf),
        ReceiverReport.Side.of(full, half),
        idle == 0 ? Optional.empty() : Optional.of(besideIdle(rounds, requests, rate, idle)),
        largeBodies(),
        longRun == 0 ? List.of() : longRun(longRun));
  }

  /** Measures the same load without and with idle connections, which need a larger heap. */
  private ReceiverReport.BesideIdle besideIdle(int rounds, int requests, int rate, int idle)
      throws Exception {
    List<LoadResult> without = new ArrayList<>();
    List<LoadResult> with = new ArrayList<>();
    try (Server receiver = serve("receiver", HEAP_FOR_IDLE)) {
      load(receiver, WARM_UP, 0, 0);
      for (int i = 0; i < rounds; i++) {
        without.add(load(receiver, requests / 2, rate, 0));
        with.add(load(receiver, requests / 2, rate, idle));
      }
    }
    return new ReceiverReport.BesideIdle(
        idle,
        ReceiverReport.median(without, LoadResult::p99Millis),
        ReceiverReport.median(with, LoadResult::p99Millis));
  }

  /** Sends large bodies at once; returns the number of answers by status. */
  private Map<String, Integer> largeBodies() throws Exception {
    byte[] body = PushBodies.of(0, LARGE_BYTES);
    String head = PushBodies.head(body);
    Map<String, Integer> answers = new TreeMap<>();
    try (Server receiver = serve("receiver", SMALL_HEAP);
        ExecutorService threads = Executors.newFixedThreadPool(LARGE_BODIES)) {
      List<Future<String>> sent = new ArrayList<>();
      for (int i = 0; i < LARGE_BODIES; i++) {
        byte[] start = head.formatted("large-" + i).getBytes(US_ASCII);
        sent.add(threads.submit(() -> largeBody(receiver.port(), start, body)));
      }
      for (Future<String> answer : sent) {
        answers.merge(answer.get(), 1, Integer::sum);
      }
      LoadResult after = load(receiver, 1_000, 0, 0);
      answers.merge("ordinary deliveries that failed afterwards", after.failures(), Integer::sum);
    }
    return answers;
  }

  private static String largeBody(int port, byte[] head, byte[] body) throws IOException {
    try (Connection connection = new Connection(port)) {
      return Integer.toString(connection.send(head, body));
    } catch (IOException e) {
      return "connection closed";
    }
  }

  /** Measures memory after each tenth of a long run. */
  private List<ReceiverReport.Memory> longRun(int deliveries) throws Exception {
    List<ReceiverReport.Memory> memory = new ArrayList<>();
    try (Server receiver = serve("receiver", SMALL_HEAP)) {
      for (int i = 1; i <= 10; i++) {
        LoadResult result = load(receiver, deliveries / 10, 0, 0);
        String[] kib = receiver.process().query().split(" ", 2);
        ReceiverReport.Memory now =
            new ReceiverReport.Memory(
                (long) deliveries / 10 * i,
                result.failures(),
                Long.parseLong(kib[0]) / 1024.0,
                Long.parseLong(kib[1]) / 1024.0);
        System.out.println(now);
        memory.add(now);
      }
    }
    return memory;
  }

  private Server serve(String what, List<String> heap) throws IOException {
    Child process =
        Child.start(
            ServerUnderTest.class,
            directory.resolve(what + ".log"),
            heap,
            what,
            broker.bootstrapServers(),
            directory.resolve("secret"));
    return new Server(process, Integer.parseInt(process.line()));
  }

  private LoadResult load(Server server, int requests, int perSecond, int idle) throws IOException {
    Duration cpuBefore = server.process().cpu();
    try (Child load =
        Child.start(
            Load.class,
            directory.resolve("load.log"),
            LOAD,
            server.port(),
            connections,
            requests,
            perSecond,
            idle)) {
      LoadResult result = Json.mapper().readValue(load.line(), LoadResult.class);
      return result.servedIn(server.process().cpu().minus(cpuBefore));
    }
  }

  @Override
  public void close() {
    broker.close();
  }

  private record Server(Child process, int port) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      process.close();
    }
  }
}
