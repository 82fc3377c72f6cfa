package dev.sluice.worker;

import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.ResultEvent.DiffAnswered;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Questions to the worker of a bench, as the API asks them for {@code sluice diff}. */
final class Questions {

  private final Bench bench;
  private int asked;

  Questions(Bench bench) {
    this.bench = bench;
  }

  /** Returns the answer to a new question. */
  DiffAnswered ask(String application) {
    return answer(send(application, Instant.now().plusSeconds(60)));
  }

  EventId send(String application, Instant until) {
    EventId id = EventId.of("question", ++asked);
    bench.targets.send(
        EventCodec.encode(
            bench.kafka.topics().sync(bench.cluster),
            0,
            new Envelope<>(
                id,
                "api",
                Instant.now(),
                TraceParent.start(),
                new QuestionEvent.DiffAsked(
                    new ApplicationName(application), bench.cluster, "cat", until))));
    return id;
  }

  DiffAnswered answer(EventId question) {
    return await()
        .atMost(Bench.PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                bench.results.all(DiffAnswered.class).stream()
                    .filter(answer -> answer.question().equals(question))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }
}
