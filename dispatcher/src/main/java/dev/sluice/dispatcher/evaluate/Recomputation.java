package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.CommandEvent;
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
 * Recomputation of a partition's state beside the running loop: definitions and holds by reading
 * {@code changes} from the beginning, inputs by resolving closures in Git without the loop's index.
 * Writes nothing. Blocks; for virtual threads.
 */
public final class Recomputation {

  private static final Duration POLL = Duration.ofMillis(500);

  private final KafkaConnection connection;
  private final Mirrors mirrors;
  private final Remotes remotes;
  private final Clock clock;
  private final int partition;

  public Recomputation(
      KafkaConnection connection, Mirrors mirrors, Remotes remotes, Clock clock, int partition) {
    this.connection = connection;
    this.mirrors = mirrors;
    this.remotes = remotes;
    this.clock = clock;
    this.partition = partition;
  }

  /**
   * Comparison of one application with its recomputed state.
   *
   * @param live the partition's state when the command was handled
   * @param request at the head that was last evaluated; empty if there is none yet
   */
  public record Task(
      CommandEvent.Given given,
      Trigger.Cause cause,
      long offset,
      ApplicationState live,
      Optional<EvaluationRequest> request) {}

  public record Answer(Task task, CommandDecider.Verdict verdict) {}

  /** Reads the topic once and answers all tasks. */
  public List<Answer> run(List<Task> tasks) {
    try {
      return recompute(tasks);
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      return tasks.stream()
          .map(
              one ->
                  refused(
                      one, "changes cannot be read now (%s): ask again".formatted(e.getMessage())))
          .toList();
    }
  }

  private List<Answer> recompute(List<Task> tasks) {
    List<Task> left = new ArrayList<>(tasks);
    left.sort(Comparator.comparingLong(Task::offset));
    List<Answer> answers = new ArrayList<>();
    String topic = connection.topics().changes();
    TopicPartition changes = new TopicPartition(topic, partition);
    ReplayedState replayed = new ReplayedState(partition);
    try (KafkaConsumer<String, byte[]> consumer = consumer()) {
      consumer.assign(List.of(changes));
      consumer.seekToBeginning(List.of(changes));
      long begin = consumer.position(changes);
      long read = 0;
      // to the offsets of the tasks, which may be before the end
      while (!left.isEmpty()) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          while (!left.isEmpty() && left.getFirst().offset() <= record.offset()) {
            answers.add(compare(left.removeFirst(), replayed, begin, read));
          }
          if (EventCodec.decode(record) instanceof Decoded.Known(var envelope)
              && envelope.event() instanceof ChangeEvent event) {
            replayed.replay(event, envelope);
          }
          read++;
        }
      }
    }
    return answers;
  }

  private KafkaConsumer<String, byte[]> consumer() {
    return new UngroupedConsumer(
        connection.reader("partition-%d-recomputation".formatted(partition)));
  }

  private Answer compare(Task task, ReplayedState replayed, long begin, long read) {
    Optional<ApplicationState> recomputed =
        replayed.application(task.live()).filter(s -> s.definition().isPresent());
    if (recomputed.isEmpty() && begin > 0) {
      return refused(
          task,
          "its definition is older than what is left of changes, which begins at offset %d: touch its document in the fleet first"
              .formatted(begin));
    }
    ApplicationState from =
        recomputed.orElseGet(() -> ApplicationState.unknown(task.live().application()));
    StateComparison comparison = new StateComparison(task.live(), from);
    List<String> differences = new ArrayList<>(comparison.stateDifferences());
    if (comparison.hasSameDefinition() && task.request().isPresent()) {
      Optional<List<Inspection>> found = inspect(task.request().get(), comparison.toInspect());
      if (found.isEmpty()) {
        return refused(task, "Git does not have what was sent, or cannot be reached: ask again");
      }
      found.get().forEach(result -> differences.addAll(comparison.inputDifferences(result)));
    }
    String what =
        differences.isEmpty()
            ? "the same"
            : "differs: %s; sync it with --force to send what is right"
                .formatted(String.join(", ", differences));
    return new Answer(
        task,
        new CommandDecider.Verdict.Accepted(
            _ -> {},
            Optional.empty(),
            Optional.empty(),
            "recomputed from %d records of changes and from Git: %s".formatted(read, what)));
  }

  private Optional<List<Inspection>> inspect(EvaluationRequest request, ApplicationState state) {
    InputInspector fresh =
        new InputInspector(
            new DefinitionResolver(new ClosureResolver(remotes)), new ClosureIndex());
    return new Evaluation(mirrors, fresh, clock).compare(request, state);
  }

  private static Answer refused(Task task, String message) {
    return new Answer(task, new CommandDecider.Verdict.Refused(message));
  }
}
