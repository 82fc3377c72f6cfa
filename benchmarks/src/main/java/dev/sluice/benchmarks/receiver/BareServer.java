package dev.sluice.benchmarks.receiver;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.receiver.publish.ChangeProducer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Baseline server: the same HTTP server and producer as the receiver's, and records of the same
 * size. It reads bodies of requests without looking into them.
 */
final class BareServer {

  private static final int REPOSITORIES = 64;

  private BareServer() {}

  /** Starts the server and returns its port. */
  static int start(KafkaConnection connection) {
    Vertx vertx = Vertx.vertx();
    ChangeProducer producer = new ChangeProducer(vertx, connection, Duration.ofSeconds(10));
    List<ProducerRecord<String, byte[]>> records =
        IntStream.range(0, REPOSITORIES).mapToObj(i -> record(connection, i)).toList();
    AtomicInteger next = new AtomicInteger();
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .body()
                        .compose(
                            _ -> {
                              ProducerRecord<String, byte[]> record =
                                  records.get(next.getAndIncrement() % REPOSITORIES);
                              // the producer freezes a record's headers: send a copy
                              return producer.send(
                                  new ProducerRecord<>(
                                      record.topic(),
                                      record.partition(),
                                      record.key(),
                                      record.value(),
                                      record.headers().toArray().length == 0
                                          ? List.of()
                                          : List.of(record.headers().toArray())));
                            })
                        .onSuccess(_ -> request.response().setStatusCode(202).end("{}"))
                        .onFailure(_ -> request.response().setStatusCode(503).end()));
    return server
        .listen(0, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .join()
        .actualPort();
  }

  private static ProducerRecord<String, byte[]> record(KafkaConnection connection, int i) {
    String delivery = "11111111-1111-1111-1111-111111111111-" + i;
    CommitId commit = new CommitId("%040x".formatted(i + 1));
    return EventCodec.encode(
        connection.topics().changes(),
        new Envelope<>(
            EventId.of("github", delivery, 0),
            "receiver/github",
            Instant.now(),
            TraceParent.start(),
            new ChangeEvent.RefChanged(
                new RepositoryId("github.com/example/repo-" + i),
                GitRef.branch("main"),
                Optional.of(commit),
                Optional.of(commit),
                new Origin.Webhook("github", delivery, Optional.of("ada"), Instant.now()))));
  }
}
