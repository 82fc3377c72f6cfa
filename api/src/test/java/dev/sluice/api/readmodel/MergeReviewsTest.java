package dev.sluice.api.readmodel;

import static dev.sluice.contract.event.ReviewVerdict.APPROVED;
import static dev.sluice.contract.event.ReviewVerdict.CHANGES_REQUESTED;
import static dev.sluice.contract.event.ReviewVerdict.COMMENTED;
import static dev.sluice.contract.event.ReviewVerdict.WITHDRAWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ReviewVerdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MergeReviewsTest {

  private static final Instant MERGED_AT = Instant.parse("2026-01-01T12:00:00Z");
  private static final String MERGED = "0123456789ab";

  @Test
  void theMergedCommitIsTheApprovedOneIfEitherBeginsWithTheOther() {
    assertThat(shown(review("jo", APPROVED, MERGED))).isEqualTo("SAME_COMMIT [jo approved]");
    assertThat(shown(review("jo", APPROVED, MERGED + "c".repeat(28))))
        .isEqualTo("SAME_COMMIT [jo approved]");
    assertThat(shown(review("jo", APPROVED, "0123456"))).isEqualTo("SAME_COMMIT [jo approved]");
    assertThat(shown(review("jo", APPROVED, "0123457"))).isEqualTo("OTHER_COMMIT [jo approved]");
  }

  @Test
  void itIsUnknownIfTheForgeSendsNoCommit() {
    assertThat(shown(review("jo", APPROVED, null))).isEqualTo("UNKNOWN_COMMIT [jo approved]");
    assertThat(shown(Optional.empty(), review("jo", APPROVED, MERGED)))
        .isEqualTo("UNKNOWN_COMMIT [jo approved]");
    assertThat(shown(review("jo", APPROVED, "abcdef0"), review("al", APPROVED, null)))
        .isEqualTo("UNKNOWN_COMMIT [jo approved, al approved]");
  }

  @Test
  void theLastVerdictOfAReviewerCountsAndACommentReplacesNone() {
    assertThat(
            shown(
                review("jo", APPROVED, MERGED),
                review("jo", COMMENTED, MERGED),
                review("al", COMMENTED, MERGED)))
        .isEqualTo("SAME_COMMIT [jo approved, al commented]");
    assertThat(shown(review("jo", APPROVED, MERGED), review("jo", WITHDRAWN, MERGED)))
        .isEqualTo("NONE [jo withdrawn]");
    assertThat(shown(review("jo", CHANGES_REQUESTED, "abcdef0"), review("jo", APPROVED, MERGED)))
        .isEqualTo("SAME_COMMIT [jo approved]");
    assertThat(shown()).isEqualTo("NONE []");
  }

  @Test
  void aWithdrawalOfNobodyInParticularWithdrawsAllApprovals() {
    assertThat(
            shown(
                review("jo", APPROVED, MERGED),
                review("al", CHANGES_REQUESTED, MERGED),
                review(null, WITHDRAWN, MERGED)))
        .isEqualTo("NONE [al changes-requested, the forge withdrawn]");
    assertThat(
            shown(
                review("jo", APPROVED, "abcdef0"),
                review(null, WITHDRAWN, MERGED),
                review("jo", APPROVED, MERGED)))
        .isEqualTo("SAME_COMMIT [the forge withdrawn, jo approved]");
  }

  @Test
  void aReviewAfterTheMergeIsShownAndDoesNotCount() {
    ChangeView overtaken = review("jo", APPROVED, MERGED, MERGED_AT.plusSeconds(10));
    ChangeView late = review("jo", APPROVED, MERGED, MERGED_AT.plusSeconds(11));

    assertThat(shown(overtaken)).isEqualTo("SAME_COMMIT [jo approved]");
    assertThat(shown(late)).isEqualTo("NONE [jo approved late]");
  }

  private static String shown(ChangeView... reviews) {
    return shown(Optional.of(MERGED), reviews);
  }

  private static String shown(Optional<String> merged, ChangeView... reviews) {
    ChangeView.Merge merge =
        new ChangeView.Merge(
            42, Optional.of("writer"), Optional.of("merger"), Optional.empty(), merged);
    MergeReviews judged =
        MergeReviews.of(
            change(MERGED_AT, Optional.of(merge), Optional.empty()), merge, List.of(reviews));
    return judged.approval()
        + " "
        + judged.reviews().stream()
            .map(
                one ->
                    "%s %s%s"
                        .formatted(
                            one.reviewer().orElse("the forge"),
                            one.verdict(),
                            one.afterMerge() ? " late" : ""))
            .toList();
  }

  private static ChangeView review(
      @Nullable String reviewer, ReviewVerdict verdict, @Nullable String commit) {
    return review(reviewer, verdict, commit, MERGED_AT.minusSeconds(60));
  }

  private static ChangeView review(
      @Nullable String reviewer, ReviewVerdict verdict, @Nullable String commit, Instant at) {
    return change(
        at,
        Optional.empty(),
        Optional.of(
            new ChangeView.Review(
                42, verdict.word(), Optional.ofNullable(reviewer), Optional.ofNullable(commit))));
  }

  private static ChangeView change(
      Instant at, Optional<ChangeView.Merge> merge, Optional<ChangeView.Review> review) {
    return new ChangeView(
        "id",
        at,
        "type",
        "git.example/shop",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        merge,
        review,
        Optional.empty());
  }
}
