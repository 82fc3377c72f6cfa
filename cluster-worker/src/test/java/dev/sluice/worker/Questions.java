package dev.sluice.worker;

import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.name.ApplicationName;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** Questions to the worker of a bench, as the API asks them. */
final class Questions {

  private final Bench bench;
  private int asked;

  Questions(Bench bench) {
    this.bench = bench;
  }

  /** Returns the answer to a new question about differences. */
  DiffAnswered ask(String application) {
    return answer(send(application, Instant.now().plusSeconds(60)));
  }

  /** Returns the answer to a new question about objects. */
  ObjectsAnswered askObjects(String application) {
    EventId id =
        send(
            new QuestionEvent.ObjectsAsked(
                new ApplicationName(application),
                bench.cluster,
                "cat",
                Instant.now().plusSeconds(60)));
    return await(ObjectsAnswered.class, answer -> answer.question().equals(id));
  }

  EventId send(String application, Instant until) {
    return send(
        new QuestionEvent.DiffAsked(new ApplicationName(application), bench.cluster, "cat", until));
  }

  DiffAnswered answer(EventId question) {
    return await(DiffAnswered.class, answer -> answer.question().equals(question));
  }

  private EventId send(QuestionEvent question) {
    EventId id = EventId.of("question", ++asked);
    bench.targets.send(id, question);
    return id;
  }

  private <T extends ResultEvent> T await(Class<T> type, Predicate<T> isAnswer) {
    return Awaitility.await()
        .atMost(Bench.PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> bench.results.all(type).stream().filter(isAnswer).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }
}
