package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.CommandGiven;
import dev.sluice.contract.event.Decoded;
import dev.sluice.contract.event.EventCodec;
import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.dispatcher.decide.CommandDecider;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.inputs.closure.ClosureIndex;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.DefinitionResolver;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.UngroupedConsumer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Recomputes what a home remembers, beside it: definitions and holds by reading its partition of
 * {@code changes} again from the beginning, inputs by resolving closures in Git without the home's
 * index. Writes nothing. Blocks; for virtual threads.
 */
public final class Recomputation {

  private static final Duration POLL = Duration.ofMillis(500);

  private final KafkaConnection connection;
  private final Mirrors mirrors;
  private final Remotes remotes;
  private final Clock clock;
  private final int home;

  public Recomputation(
      KafkaConnection connection, Mirrors mirrors, Remotes remotes, Clock clock, int partition) {
    this.connection = connection;
    this.mirrors = mirrors;
    this.remotes = remotes;
    this.clock = clock;
    this.home = partition;
  }

  /**
   * One application that is to be compared, as the home remembered it when it came to the command.
   *
   * @param request at the head that was decided about; empty if there is none yet
   */
  public record Asked(
      CommandGiven given,
      Trigger.Cause cause,
      long offset,
      ApplicationState live,
      Optional<EvaluationRequest> request) {}

  public record Answer(Asked asked, CommandDecider.Verdict verdict) {}

  /** Reads the topic once for all that is asked. */
  public List<Answer> run(List<Asked> asked) {
    try {
      return recompute(asked);
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      return asked.stream()
          .map(
              one ->
                  refused(
                      one, "changes cannot be read now (%s): ask again".formatted(e.getMessage())))
          .toList();
    }
  }

  private List<Answer> recompute(List<Asked> asked) {
    List<Asked> left = new ArrayList<>(asked);
    left.sort(Comparator.comparingLong(Asked::offset));
    List<Answer> answers = new ArrayList<>();
    String topic = connection.topics().changes();
    TopicPartition partition = new TopicPartition(topic, home);
    ReplayedState replayed = new ReplayedState(home);
    try (KafkaConsumer<String, byte[]> consumer = consumer()) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long begin = consumer.position(partition);
      long read = 0;
      while (!left.isEmpty()) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          while (!left.isEmpty() && left.getFirst().offset() <= record.offset()) {
            answers.add(compare(left.removeFirst(), replayed, begin, read));
          }
          if (EventCodec.decode(record) instanceof Decoded.Known(var envelope)
              && envelope.event() instanceof ChangeEvent event) {
            replayed.take(event, envelope);
          }
          read++;
        }
      }
    }
    return answers;
  }

  private KafkaConsumer<String, byte[]> consumer() {
    return new UngroupedConsumer(connection.consumer("home-%d-recomputation".formatted(home)));
  }

  private Answer compare(Asked asked, ReplayedState replayed, long begin, long read) {
    Optional<ApplicationState> recomputed =
        replayed.application(asked.live().application()).filter(s -> s.definition().isPresent());
    if (recomputed.isEmpty() && begin > 0) {
      return refused(
          asked,
          "its definition is older than what is left of changes, which begins at offset %d: touch its document in the fleet first"
              .formatted(begin));
    }
    ApplicationState from =
        recomputed.orElseGet(() -> ApplicationState.unknown(asked.live().application()));
    StateComparison comparison = new StateComparison(asked.live(), from);
    List<String> differences = new ArrayList<>(comparison.remembered());
    if (comparison.isDefinedAlike() && asked.request().isPresent()) {
      Optional<List<InputInspector.Result>> found =
          inspect(asked.request().get(), comparison.toInspect());
      if (found.isEmpty()) {
        return refused(asked, "Git does not have what was sent, or cannot be reached: ask again");
      }
      found.get().forEach(result -> differences.addAll(comparison.inputs(result)));
    }
    String what =
        differences.isEmpty()
            ? "the same"
            : "differs: %s; sync it with --force to send what is right"
                .formatted(String.join(", ", differences));
    return new Answer(
        asked,
        new CommandDecider.Verdict.Accepted(
            _ -> {},
            Optional.empty(),
            Optional.empty(),
            "recomputed from %d records of changes and from Git: %s".formatted(read, what)));
  }

  private Optional<List<InputInspector.Result>> inspect(
      EvaluationRequest request, ApplicationState state) {
    InputInspector fresh =
        new InputInspector(
            new DefinitionResolver(new ClosureResolver(remotes)), new ClosureIndex());
    return new Evaluation(mirrors, fresh, clock).compare(request, state);
  }

  private static Answer refused(Asked asked, String message) {
    return new Answer(asked, new CommandDecider.Verdict.Refused(message));
  }
}
