package dev.sluice.api.readmodel;

import dev.sluice.contract.event.ReviewVerdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reviews of a merged pull or merge request, and whether the merged commit is the approved one.
 *
 * @param merge id of the merge's event
 * @param author of the request
 * @param commit the newest commit of the request when it was merged; empty if the forge did not
 *     send it
 * @param reviews the last verdict of each reviewer; a comment replaces no other verdict
 */
public record MergeReviews(
    String merge,
    String repository,
    long number,
    Optional<String> author,
    Optional<String> mergedBy,
    Optional<String> commit,
    List<Review> reviews,
    Approval approval) {

  /** Time within which deliveries may overtake each other. */
  private static final Duration REORDERED = Duration.ofSeconds(10);

  public MergeReviews {
    reviews = List.copyOf(reviews);
  }

  /** Whether the merged commit is the approved one. */
  public enum Approval {
    /** Somebody approved the commit that was merged. */
    SAME_COMMIT,
    /** Only other commits of the request were approved. */
    OTHER_COMMIT,
    /** The request was approved; the forge did not send which commit was approved or merged. */
    UNKNOWN_COMMIT,
    /** No approval is recorded, or it was withdrawn before the merge. */
    NONE
  }

  /**
   * Review before or after the merge.
   *
   * @param afterMerge whether it came too late to count
   */
  public record Review(
      Instant at,
      String verdict,
      Optional<String> reviewer,
      Optional<String> commit,
      Optional<String> url,
      boolean afterMerge) {}

  /**
   * Judges the reviews of a merge.
   *
   * @param changes the reviews of the request, oldest first
   */
  static MergeReviews of(ChangeView change, ChangeView.Merge merge, List<ChangeView> changes) {
    Instant end = change.at().plus(REORDERED);
    List<Review> reviews =
        changes.stream()
            .flatMap(
                one ->
                    one.review().stream()
                        .map(
                            review ->
                                new Review(
                                    one.at(),
                                    review.verdict(),
                                    review.reviewer(),
                                    review.commit(),
                                    one.url(),
                                    one.at().isAfter(end))))
            .toList();
    List<Review> last = new ArrayList<>(last(reviews.stream().filter(one -> !one.afterMerge())));
    Approval approval = approval(last, merge.sourceCommit());
    last.addAll(last(reviews.stream().filter(Review::afterMerge)));
    return new MergeReviews(
        change.id(),
        change.repository(),
        merge.number(),
        merge.author(),
        merge.mergedBy(),
        merge.sourceCommit(),
        last,
        approval);
  }

  /** Returns the last verdict of each reviewer. */
  private static Collection<Review> last(Stream<Review> reviews) {
    Map<Optional<String>, Review> last = new LinkedHashMap<>();
    reviews.forEach(
        review -> {
          boolean isComment = review.verdict().equals(ReviewVerdict.COMMENTED.word());
          if (review.reviewer().isEmpty()
              && review.verdict().equals(ReviewVerdict.WITHDRAWN.word())) {
            // the forge does not say whose approvals it withdrew
            last.values().removeIf(one -> one.verdict().equals(ReviewVerdict.APPROVED.word()));
          }
          if (!isComment || !last.containsKey(review.reviewer())) {
            last.remove(review.reviewer());
            last.put(review.reviewer(), review);
          }
        });
    return last.values();
  }

  private static Approval approval(List<Review> reviews, Optional<String> merged) {
    List<Review> approvals =
        reviews.stream()
            .filter(review -> review.verdict().equals(ReviewVerdict.APPROVED.word()))
            .toList();
    if (approvals.isEmpty()) {
      return Approval.NONE;
    }
    if (merged.isPresent()
        && approvals.stream()
            .anyMatch(review -> review.commit().filter(id -> same(id, merged.get())).isPresent())) {
      return Approval.SAME_COMMIT;
    }
    return merged.isPresent() && approvals.stream().allMatch(one -> one.commit().isPresent())
        ? Approval.OTHER_COMMIT
        : Approval.UNKNOWN_COMMIT;
  }

  /** Returns whether two ids are of one commit; a forge may send only the first digits. */
  private static boolean same(String one, String other) {
    return one.startsWith(other) || other.startsWith(one);
  }
}
