package dev.sluice.dispatcher.partition;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.decide.Decision;
import dev.sluice.dispatcher.decide.DispatchListener.Affected;
import dev.sluice.dispatcher.decide.DispatchListener.ChangeEvaluated;
import dev.sluice.dispatcher.decide.DispatchListener.RefusedSource;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.decide.Triggers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Result of an evaluation, collected over its batches of findings. */
final class EvaluationReport {

  private static final Logger log = LoggerFactory.getLogger(EvaluationReport.class);
  private static final int MAX_NAMED = 20;

  private List<Affected> affected = new ArrayList<>();
  private List<RefusedSource> refused = new ArrayList<>();

  void add(Decision decision) {
    affected.addAll(decision.affected());
    refused.addAll(decision.refused());
  }

  void reset() {
    affected = new ArrayList<>();
    refused = new ArrayList<>();
  }

  /** Returns the report of the finished evaluation and resets itself. */
  ChangeEvaluated finish(FindingBatch.Evaluated commit, List<Trigger> triggers, Instant now) {
    Set<ApplicationName> touched = new HashSet<>();
    affected.forEach(one -> touched.add(one.application()));
    refused.forEach(one -> touched.add(one.application()));
    List<Trigger.Cause> causes = triggers.stream().map(Trigger::cause).toList();
    ChangeEvaluated evaluated =
        new ChangeEvaluated(
            causes.stream().flatMap(cause -> cause.events().stream()).distinct().toList(),
            commit.key().repository(),
            commit.key().ref(),
            commit.commit(),
            List.copyOf(affected),
            List.copyOf(refused),
            commit.applications() - touched.size(),
            Triggers.heardAt(causes).orElse(commit.fetchedAt()),
            commit.fetchedAt(),
            now);
    reset();
    return evaluated;
  }

  static void log(ChangeEvaluated change) {
    String named =
        change.affected().stream()
            .limit(MAX_NAMED)
            .map(
                one ->
                    "%s@%s#%s (%s)"
                        .formatted(
                            one.application(), one.cluster(), one.generation(), one.reason()))
            .collect(Collectors.joining(", "));
    log.atInfo()
        .addKeyValue("repository", change.repository())
        .addKeyValue("ref", change.ref())
        .addKeyValue("commit", change.commit())
        .addKeyValue("eventId", change.causes().isEmpty() ? "" : change.causes().getLast())
        .addKeyValue("sent", change.affected().size())
        .addKeyValue("refused", change.refused().size())
        .addKeyValue("unaffected", change.unaffected())
        .log("evaluated: {}", named.isEmpty() ? "nothing differs" : named);
    for (RefusedSource refused : change.refused()) {
      log.atWarn()
          .addKeyValue("application", refused.application())
          .addKeyValue("repository", change.repository())
          .addKeyValue("commit", change.commit())
          .log("source refused: {}", refused.failure().message());
    }
  }
}
