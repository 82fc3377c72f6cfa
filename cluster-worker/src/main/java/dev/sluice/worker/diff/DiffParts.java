package dev.sluice.worker.diff;

import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ResultEvent.DiffAnswered;
import dev.sluice.worker.report.ResultLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Splits a large answer into parts that fit in a record. Every part but the last counts the
 * following differences as omitted, so that a reader without support for parts sees a truncated
 * answer.
 */
final class DiffParts {

  /** Maximum JSON size of the differences in an answer, in bytes; further ones are only counted. */
  static final int MAX_BYTES = 16 * 1024 * 1024;

  private static final int PART_BYTES = 2 * 1024 * 1024;

  private DiffParts() {}

  static List<DiffAnswered> of(DiffAnswered answer) {
    List<ObjectDifference> listed = ResultLimits.first(answer.differences(), MAX_BYTES);
    int omitted = answer.omitted() + answer.differences().size() - listed.size();
    List<List<ObjectDifference>> parts = ResultLimits.parts(listed, PART_BYTES);
    List<DiffAnswered> answers = new ArrayList<>();
    int left = listed.size();
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
              omitted + left,
              answer.failure(),
              parts.size() == 1 ? Optional.empty() : Optional.of(answers.size() + 1),
              parts.size() == 1 ? Optional.empty() : Optional.of(parts.size())));
    }
    return answers;
  }
}
