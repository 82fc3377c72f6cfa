package dev.sluice.worker.diff;

import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ResultEvent.DiffAnswered;
import dev.sluice.worker.report.ResultLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A large answer in parts, each of which fits in a record. Every part but the last counts what
 * comes behind it as omitted: a reader that knows no parts takes the first for an answer that was
 * cut, and is right.
 */
final class DiffParts {

  /** The most bytes of JSON that an answer lists; of more, the rest is only counted. */
  static final int MAX_BYTES = 16 * 1024 * 1024;

  private static final int PART_BYTES = 2 * 1024 * 1024;

  private DiffParts() {}

  static List<DiffAnswered> of(DiffAnswered answer) {
    List<ObjectDifference> told = ResultLimits.first(answer.differences(), MAX_BYTES);
    int untold = answer.omitted() + answer.differences().size() - told.size();
    List<List<ObjectDifference>> parts = ResultLimits.parts(told, PART_BYTES);
    List<DiffAnswered> answers = new ArrayList<>();
    int left = told.size();
    for (List<ObjectDifference> part : parts) {
      left -= part.size();
      answers.add(
          new DiffAnswered(
              answer.cluster(),
              answer.application(),
              answer.question(),
              answer.by(),
              answer.generation(),
              answer.ledgerGeneration(),
              part,
              untold + left,
              answer.failure(),
              parts.size() == 1 ? Optional.empty() : Optional.of(answers.size() + 1),
              parts.size() == 1 ? Optional.empty() : Optional.of(parts.size())));
    }
    return answers;
  }
}
