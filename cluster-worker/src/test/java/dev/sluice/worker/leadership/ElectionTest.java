package dev.sluice.worker.leadership;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.json.Json;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElectionTest {

  private static final LeaseTimes TIMES =
      new LeaseTimes(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));

  private final Election election = new Election("me", TIMES);

  @Test
  void takesALeaseThatIsMissingOrWithoutAHolder() {
    assertThat(election.observe(Optional.empty(), at(0))).isInstanceOf(Election.Step.Take.class);
    assertThat(observe("", "2026-01-01T00:00:00.000000Z", 0))
        .isInstanceOf(Election.Step.Take.class);
  }

  @Test
  void comesBackToItsOwnLeaseAtOnce() {
    assertThat(observe("me", "2026-01-01T00:00:00.000000Z", 0))
        .isInstanceOf(Election.Step.Take.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1970-01-01T00:00:00.000000Z",
        "2026-01-01T00:10:00.000000Z",
        "9999-12-31T23:59:59.999999Z",
        "yesterday",
        ""
      })
  void neverComparesTheTimesInALeaseWithItsOwnClock(String renewTime) {
    assertThat(observe("other", renewTime, 0)).isEqualTo(standBy("other", 15));
    assertThat(observe("other", renewTime, 14)).isEqualTo(standBy("other", 1));
    assertThat(observe("other", renewTime, 15)).isInstanceOf(Election.Step.Take.class);
  }

  @Test
  void aHolderWithAWrongClockKeepsTheLeaseThatItRenews() {
    String[] times = {"2026-01-01T00:10:00Z", "2025-01-01T00:00:00Z", "nonsense", "2026-01-01Z"};

    for (int i = 0; i < times.length; i++) {
      assertThat(observe("other", times[i], i * 14L)).isEqualTo(standBy("other", 15));
    }
  }

  @Test
  void changedMetadataOfTheLeaseDoesNotKeepADeadHolder() {
    assertThat(observe("other", "t", 0)).isEqualTo(standBy("other", 15));

    Election.Step step =
        election.observe(
            Optional.of(
                lease(
                    """
                    {"metadata": {"uid": "u", "resourceVersion": "77", "labels": {"a": "b"}},
                     "spec": {"holderIdentity": "other", "leaseDurationSeconds": 15, "renewTime": "t"}}
                    """)),
            at(15));

    assertThat(step).isInstanceOf(Election.Step.Take.class);
  }

  @Test
  void aRecreatedLeaseIsObservedFromTheStart() {
    observe("other", "t", 0);

    Election.Step step =
        election.observe(
            Optional.of(
                lease(
                    """
                    {"metadata": {"uid": "another"},
                     "spec": {"holderIdentity": "other", "leaseDurationSeconds": 15, "renewTime": "t"}}
                    """)),
            at(15));

    assertThat(step).isEqualTo(standBy("other", 15));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"spec\": null}",
        "{\"spec\": []}",
        "{\"metadata\": 7, \"spec\": {\"holderIdentity\": null, \"renewTime\": null}}",
        "{\"spec\": {\"holderIdentity\": \"\", \"leaseDurationSeconds\": null}}"
      })
  void aLeaseThatSaysNothingIsFree(String json) {
    assertThat(election.observe(Optional.of(lease(json)), at(0)))
        .isInstanceOf(Election.Step.Take.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "0", "-1", "1", "\"15\"", "1.5", "1e300", "99999999999", "{}"})
  void aMissingOrShorterDurationCountsAsItsOwn(String seconds) {
    assertThat(sawLasting(seconds, 0)).isEqualTo(standBy("other", 15));
    assertThat(sawLasting(seconds, 15)).isInstanceOf(Election.Step.Take.class);
  }

  @Test
  void aLongerDurationOfAHolderCountsUpToALimit() {
    assertThat(sawLasting("30", 0)).isEqualTo(standBy("other", 30));
    assertThat(sawLasting("2147483647", 1)).isEqualTo(standBy("other", 60));
    assertThat(sawLasting("2147483647", 61)).isInstanceOf(Election.Step.Take.class);
  }

  @Test
  void leadershipLastsFromTheStartOfARenewal() {
    election.took(lease("{\"spec\": {\"holderIdentity\": \"me\"}}"), at(100));

    assertThat(election.isLeading()).isTrue();
    assertThat(election.timeLeft(at(104))).isEqualTo(Duration.ofSeconds(6));
    assertThat(election.timeLeft(at(110))).isZero();
    assertThat(election.safeTimeLeft(at(110))).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void aResumedProcessKnowsByElapsedTimeThatItNoLongerLeads() {
    election.took(lease("{\"spec\": {\"holderIdentity\": \"me\"}}"), at(100));

    assertThat(election.timeLeft(at(160))).isNegative();
    assertThat(election.safeTimeLeft(at(160))).isNegative();
  }

  @Test
  void aLeaderThatSeesAnotherHolderStopsLeading() {
    election.took(lease("{\"spec\": {\"holderIdentity\": \"me\"}}"), at(0));

    assertThat(observe("other", "t", 2)).isEqualTo(standBy("other", 15));

    assertThat(election.isLeading()).isFalse();
    assertThat(election.held()).isEmpty();
  }

  @Test
  void aLeaderRecreatesItsDeletedLease() {
    election.took(lease("{\"spec\": {\"holderIdentity\": \"me\"}}"), at(0));

    assertThat(election.observe(Optional.empty(), at(2)))
        .isEqualTo(new Election.Step.Take(Optional.empty()));
    assertThat(election.isLeading()).isTrue();
  }

  @Test
  void aWorkerThatLeftHasNoLeaseToRenewWhateverTheRelease() {
    ObservedLease mine = lease("{\"spec\": {\"holderIdentity\": \"me\"}}");
    election.took(mine, at(0));

    assertThat(election.leave()).contains(mine);

    assertThat(election.isLeading()).isFalse();
    assertThat(election.leave()).isEmpty();
    assertThat(election.safeTimeLeft(at(1))).isZero();
    // the answer to the release was lost: the Lease still names this worker, or no holder
    assertThat(observe("me", "t", 2)).isInstanceOf(Election.Step.Take.class);
    assertThat(observe("", "t", 3)).isInstanceOf(Election.Step.Take.class);
  }

  private Election.Step observe(String holder, String renewTime, long second) {
    return election.observe(
        Optional.of(
            lease(
                """
                {"metadata": {"uid": "u", "resourceVersion": "%d"},
                 "spec": {"holderIdentity": "%s", "leaseDurationSeconds": 15, "renewTime": "%s"}}
                """
                    .formatted(second, holder, renewTime))),
        at(second));
  }

  private Election.Step sawLasting(String seconds, long second) {
    return election.observe(
        Optional.of(
            lease(
                "{\"spec\": {\"holderIdentity\": \"other\", \"leaseDurationSeconds\": %s}}"
                    .formatted(seconds))),
        at(second));
  }

  private static Election.Step standBy(String holder, long seconds) {
    return new Election.Step.StandBy(holder, Duration.ofSeconds(seconds));
  }

  private static ObservedLease lease(String json) {
    try {
      return ObservedLease.of(Json.mapper().readTree(json));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Returns a monotonic time that may begin anywhere, and overflow. */
  private static long at(long second) {
    return Long.MAX_VALUE - Duration.ofSeconds(50).toNanos() + Duration.ofSeconds(second).toNanos();
  }
}
