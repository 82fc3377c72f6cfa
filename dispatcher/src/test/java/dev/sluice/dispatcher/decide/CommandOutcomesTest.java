package dev.sluice.dispatcher.decide;

import static dev.sluice.dispatcher.decide.SampleApplication.COMMIT;
import static dev.sluice.dispatcher.decide.SampleApplication.MAIN;
import static dev.sluice.dispatcher.decide.SampleApplication.NOW;
import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static dev.sluice.dispatcher.decide.SampleApplication.define;
import static dev.sluice.dispatcher.decide.SampleApplication.defined;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.CommandEvent.Outcome.Result;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.Generation;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CommandOutcomesTest {

  private static final int GIVEN = 150;

  private final Decision decision = new Decision("test", NOW, TraceParent.start());

  @Test
  void theOldestOfTooManyCommandsGetAnOutcomeAndTheLatestWait() {
    ApplicationState state = awaiting(GIVEN);

    assertThat(state.awaiting(ONE)).containsExactlyElementsOf(commands(50, GIVEN));
    assertThat(outcomes(decision))
        .extracting(CommandEvent.Outcome::given)
        .containsExactlyElementsOf(commands(0, 50));
    assertThat(outcomes(decision))
        .allSatisfy(
            outcome -> {
              assertThat(outcome.result()).isEqualTo(Result.REFUSED);
              assertThat(outcome.message())
                  .isEqualTo(
                      "100 later commands for this application in this cluster are waiting, so the"
                          + " outcome of this one is not recorded; see the outcome of the newest"
                          + " one");
            });
  }

  @Test
  void eachWaitingCommandHearsOnceThatTheRepositoryCannotBeRead() {
    PartitionState partition = new PartitionState();
    partition.remember(new Decision("test", NOW, TraceParent.start()), awaiting(GIVEN));
    EvaluationDecider evaluations = new EvaluationDecider(partition, "sluice.changes", 3);
    Set<EventId> told = new HashSet<>();

    Decision first = waiting(evaluations, told);
    Decision second = waiting(evaluations, told);

    assertThat(outcomes(first))
        .extracting(CommandEvent.Outcome::given)
        .containsExactlyElementsOf(commands(50, GIVEN));
    assertThat(outcomes(first))
        .extracting(CommandEvent.Outcome::result)
        .containsOnly(Result.WAITING);
    assertThat(outcomes(second)).isEmpty();
  }

  @Test
  void anOutcomeReachesTheCommandsOfItsEvaluationOnly() {
    CommandOutcomes outcomes = new CommandOutcomes(awaiting(3), decision);

    outcomes.reached(
        ONE,
        Set.copyOf(commands(0, 2)),
        CommandOutcomes.Outcome.same(Optional.of(new Generation(4))));

    assertThat(outcomes(decision))
        .extracting(CommandEvent.Outcome::given)
        .containsExactlyElementsOf(commands(0, 2));
    assertThat(outcomes.left().orElseThrow()).containsEntry(ONE, commands(2, 3));
  }

  /** Returns the state after this many commands whose evaluation is still to come. */
  private ApplicationState awaiting(int commands) {
    ApplicationDraft draft = new ApplicationDraft(defined(define("web", ONE)), decision);
    commands(0, commands).forEach(command -> draft.outcomes().await(ONE, command));
    return draft.changed().orElseThrow();
  }

  private static Decision waiting(EvaluationDecider evaluations, Set<EventId> told) {
    List<Trigger> triggers =
        commands(0, GIVEN).stream()
            .map(
                command ->
                    new Trigger(
                        new Trigger.Cause(
                            List.of(command), Optional.of("ada"), NOW, TraceParent.start()),
                        new Trigger.Reason.RefMoved(Optional.of(COMMIT)),
                        OptionalLong.of(7)))
            .toList();
    return evaluations.waiting(
        MAIN, triggers, SourceFailure.FORGE_UNREACHABLE, "it does not answer", told, NOW);
  }

  private static List<EventId> commands(int from, int to) {
    return Stream.iterate(from, number -> number < to, number -> number + 1)
        .map(number -> new EventId("command/" + number))
        .toList();
  }

  private static List<CommandEvent.Outcome> outcomes(Decision decision) {
    return decision.records().stream()
        .map(record -> record.envelope().event())
        .filter(CommandEvent.Outcome.class::isInstance)
        .map(CommandEvent.Outcome.class::cast)
        .toList();
  }
}
