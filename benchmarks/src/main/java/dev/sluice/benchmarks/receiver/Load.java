package dev.sluice.benchmarks.receiver;

import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Load generator. Arguments: port, connections, requests, requests per second (0: as fast as
 * answers come), additional idle connections. Prints a {@link LoadResult} as JSON. Latencies count
 * from the time at which a request was due, so that a server that stalls cannot hide requests that
 * waited.
 */
final class Load {

  private static final int REPOSITORIES = 64;
  private static final int WARM_UP_SECONDS = 3;
  private static final int BODY_BYTES = 8 * 1024;

  private final int port;
  private final int requests;
  private final long nanosBetween;
  private final long[] latencies;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger failures = new AtomicInteger();
  private final String run = UUID.randomUUID().toString();
  private final byte[][] bodies;
  private final String[] heads;
  private long startedAt;

  private Load(int port, int requests, int perSecond) {
    this.port = port;
    this.requests = requests;
    this.nanosBetween = perSecond == 0 ? 0 : 1_000_000_000L / perSecond;
    this.latencies = new long[requests];
    this.bodies =
        IntStream.range(0, REPOSITORIES)
            .mapToObj(repository -> PushBodies.of(repository, BODY_BYTES))
            .toArray(byte[][]::new);
    this.heads = Arrays.stream(bodies).map(PushBodies::head).toArray(String[]::new);
  }

  public static void main(String[] arguments) throws Exception {
    int[] numbers = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
    List<Connection> idle = new ArrayList<>();
    for (int i = 0; i < numbers[4]; i++) {
      idle.add(new Connection(numbers[0]));
    }
    if (!idle.isEmpty()) {
      // connections are accepted in order: an answer to a later one means that these are open
      new Load(numbers[0], 1, 0).run(1);
    }
    if (numbers[3] > 0) {
      // warm-up, not counted: most slow requests would come from the start of this program
      new Load(numbers[0], WARM_UP_SECONDS * numbers[3], numbers[3]).run(numbers[1]);
    }
    LoadResult result = new Load(numbers[0], numbers[2], numbers[3]).run(numbers[1]);
    System.out.println(Json.mapper().writeValueAsString(result));
    for (Connection connection : idle) {
      connection.close();
    }
  }

  private LoadResult run(int connections) throws InterruptedException, ExecutionException {
    startedAt = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> senders = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        senders.add(
            threads.submit(
                () -> {
                  send();
                  return null;
                }));
      }
      for (Future<?> sender : senders) {
        sender.get();
      }
    }
    double seconds = (System.nanoTime() - startedAt) / 1e9;
    Arrays.sort(latencies);
    return new LoadResult(
        requests, failures.get(), seconds, millis(50), millis(99), millis(99.9), 0);
  }

  private void send() throws IOException {
    try (Connection connection = new Connection(port)) {
      for (int i = next.getAndIncrement(); i < requests; i = next.getAndIncrement()) {
        long due = startedAt + i * nanosBetween;
        for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
          LockSupport.parkNanos(due - now);
        }
        byte[] request =
            Connection.request(heads[i % REPOSITORIES], run + "-" + i, bodies[i % REPOSITORIES]);
        long sentAt = nanosBetween == 0 ? System.nanoTime() : due;
        if (connection.send(request) != 202) {
          failures.incrementAndGet();
        }
        latencies[i] = System.nanoTime() - sentAt;
      }
    }
  }

  private double millis(double percent) {
    int rank = (int) Math.ceil(percent / 100 * latencies.length);
    return latencies[Math.max(0, rank - 1)] / 1e6;
  }
}
