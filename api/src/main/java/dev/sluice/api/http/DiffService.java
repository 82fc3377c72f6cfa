package dev.sluice.api.http;

import dev.sluice.api.readmodel.Occurrence;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.Scope;
import dev.sluice.contract.event.Envelope;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.QuestionEvent.DiffAsked;
import dev.sluice.contract.event.ResultEvent.DiffAnswered;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import java.time.Clock;
import java.time.Duration;
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

/**
 * Asks workers through their topics, and waits for the result that answers. Keeps nothing: who
 * asked of a process that was killed asks again.
 */
final class DiffService implements AutoCloseable {

  private static final int DEFAULT_SECONDS = 20;
  private static final int MAX_SECONDS = 25;

  /** Each holds a thread that answers questions about the read model otherwise. */
  private static final int AT_A_TIME = 4;

  /** A worker whose clock is behind or ahead by less still answers. */
  private static final Duration SKEW = Duration.ofMinutes(2);

  private final ReadModel model;
  private final CommandPublisher publisher;
  private final Clock clock;
  private final Map<EventId, Waiting> waiting = new ConcurrentHashMap<>();
  private final Semaphore turns = new Semaphore(AT_A_TIME);
  private final ReadModel.Listener listener = (events, _) -> events.forEach(this::heard);

  /** A question whose answer has not come, and what has come of it. */
  private record Waiting(DiffAnswer parts, CompletableFuture<DiffAnswered> whole) {}

  DiffService(ReadModel model, CommandPublisher publisher, Clock clock) {
    this.model = model;
    this.publisher = publisher;
    this.clock = clock;
    model.listen(listener);
  }

  /** Blocks until the worker has answered. */
  DiffAnswered diff(Request request) {
    DiffRequest asked = request.body(DiffRequest.class);
    int patience = asked.patienceSeconds().orElse(DEFAULT_SECONDS);
    if (patience < 1 || patience > MAX_SECONDS) {
      throw Problem.invalid("'patienceSeconds' is 1 to " + MAX_SECONDS);
    }
    Principal by = request.principal();
    Definition definition = definition(asked, by.scope());
    ClusterName cluster = new ClusterName(asked.cluster());
    if (!turns.tryAcquire()) {
      throw new Problem(503, "Too many questions", "others are waiting for workers: ask again");
    }
    EventId id = EventId.of("diff", by.name(), UUID.randomUUID());
    CompletableFuture<DiffAnswered> answer = new CompletableFuture<>();
    waiting.put(id, new Waiting(new DiffAnswer(), answer));
    try {
      publisher.ask(
          id,
          new DiffAsked(
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
      throw new Problem(503, "Stopping", "this process ends: ask another, or again");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      waiting.remove(id);
      turns.release();
    }
  }

  private Definition definition(DiffRequest asked, Scope allowed) {
    if (!TokenSetting.GLOB.matcher(asked.application()).matches()
        || asked.application().matches(".*[*?].*")) {
      throw Problem.invalid("'application' is the name of one");
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
      throw Problem.notFound("the fleet has no such application in such a cluster");
    }
    return definition.orElseThrow();
  }

  private void heard(Envelope<?> envelope) {
    if (envelope.event() instanceof DiffAnswered answered) {
      Waiting asked = waiting.get(answered.question());
      if (asked != null) {
        asked.parts().take(answered).ifPresent(asked.whole()::complete);
      }
    }
  }

  @Override
  public void close() {
    model.unlisten(listener);
  }
}
