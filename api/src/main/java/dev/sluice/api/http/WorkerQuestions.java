package dev.sluice.api.http;

import dev.sluice.api.readmodel.Occurrence;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.Scope;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.QuestionEvent.DiffAsked;
import dev.sluice.contract.event.QuestionEvent.ObjectsAsked;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Service that publishes questions to workers and waits for their answers. It keeps no state across
 * a restart: the caller repeats the request.
 */
final class WorkerQuestions implements AutoCloseable {

  private static final int DEFAULT_SECONDS = 20;
  private static final int MAX_SECONDS = 25;

  /**
   * Maximum number of concurrent questions. Each occupies a thread that otherwise answers
   * read-model queries.
   */
  private static final int MAX_CONCURRENT = 4;

  /**
   * A question stays valid for this much longer, so that a worker whose clock differs still
   * answers.
   */
  private static final Duration SKEW = Duration.ofMinutes(2);

  private final ReadModel model;
  private final CommandPublisher publisher;
  private final Clock clock;
  private final Map<EventId, Waiting<?>> waiting = new ConcurrentHashMap<>();
  private final Semaphore permits = new Semaphore(MAX_CONCURRENT);
  private final ReadModel.Listener listener = (events, _) -> events.forEach(this::receive);

  /** Open question: takes results until one completes the answer. */
  private record Waiting<A>(Function<ResultEvent, Optional<A>> answer, CompletableFuture<A> whole) {

    void receive(ResultEvent result) {
      answer.apply(result).ifPresent(whole::complete);
    }
  }

  /** Makes a question. */
  @FunctionalInterface
  private interface Question {
    QuestionEvent of(ApplicationName application, ClusterName cluster, String by, Instant until);
  }

  WorkerQuestions(ReadModel model, CommandPublisher publisher, Clock clock) {
    this.model = model;
    this.publisher = publisher;
    this.clock = clock;
    model.listen(listener);
  }

  /** Returns what applying the newest target again would change. */
  DiffAnswered diff(Request request) {
    DiffAnswer parts = new DiffAnswer();
    return ask(
        request,
        DiffAsked::new,
        result -> result instanceof DiffAnswered part ? parts.add(part) : Optional.empty());
  }

  /** Returns the live objects of an application. */
  ObjectsAnswered objects(Request request) {
    return ask(
        request,
        ObjectsAsked::new,
        result -> result instanceof ObjectsAnswered whole ? Optional.of(whole) : Optional.empty());
  }

  /** Publishes the question and blocks until the worker has answered. */
  private <A> A ask(
      Request request, Question question, Function<ResultEvent, Optional<A>> complete) {
    QuestionRequest asked = request.body(QuestionRequest.class);
    int patience = asked.patienceSeconds().orElse(DEFAULT_SECONDS);
    if (patience < 1 || patience > MAX_SECONDS) {
      throw Problem.invalid("'patienceSeconds' is 1 to " + MAX_SECONDS);
    }
    Principal by = request.principal();
    Definition definition = definition(asked, by.scope());
    ClusterName cluster = new ClusterName(asked.cluster());
    if (!permits.tryAcquire()) {
      throw new Problem(
          503, "Too many questions", "too many requests are waiting for workers: try again");
    }
    EventId id = EventId.of("question", by.name(), UUID.randomUUID());
    CompletableFuture<A> answer = new CompletableFuture<>();
    waiting.put(id, new Waiting<>(complete, answer));
    try {
      publisher.ask(
          id,
          question.of(
              definition.application(),
              cluster,
              by.name(),
              clock.instant().plusSeconds(patience).plus(SKEW)));
      return answer.get(patience, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new Problem(
          504,
          "No answer",
          "the worker of %s has not answered within %d s: is it running?"
              .formatted(cluster, patience));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Problem(
          503,
          "Stopping",
          "this process is stopping: repeat the request, or send it to another instance");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      waiting.remove(id);
      permits.release();
    }
  }

  private Definition definition(QuestionRequest asked, Scope allowed) {
    if (!TokenSetting.GLOB.matcher(asked.application()).matches()
        || asked.application().matches(".*[*?].*")) {
      throw Problem.invalid("'application' must be the name of one application");
    }
    Optional<Definition> definition =
        model
            .applications()
            .defined(
                new Scope(List.of(asked.application()), List.of()),
                allowed,
                Optional.empty(),
                Occurrence.ANY)
            .stream()
            .findFirst();
    boolean isThere =
        definition.stream()
            .flatMap(one -> one.clusters().stream())
            .map(ClusterTarget::name)
            .anyMatch(name -> name.value().equals(asked.cluster()));
    if (!isThere) {
      throw Problem.notFound("the fleet has no such application in this cluster");
    }
    return definition.orElseThrow();
  }

  private void receive(Envelope<?> envelope) {
    if (envelope.event() instanceof DiffAnswered answered) {
      receive(answered.question(), answered);
    } else if (envelope.event() instanceof ObjectsAnswered answered) {
      receive(answered.question(), answered);
    }
  }

  private void receive(EventId question, ResultEvent answer) {
    Waiting<?> asked = waiting.get(question);
    if (asked != null) {
      asked.receive(answer);
    }
  }

  @Override
  public void close() {
    model.unlisten(listener);
  }
}
