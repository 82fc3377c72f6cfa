package dev.sluice.dispatcher.evaluate;

import static dev.sluice.dispatcher.decide.SampleApplication.COMMIT;
import static dev.sluice.dispatcher.decide.SampleApplication.MAIN;
import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static dev.sluice.dispatcher.decide.SampleApplication.WEB;
import static dev.sluice.dispatcher.decide.SampleApplication.define;
import static dev.sluice.dispatcher.decide.SampleApplication.defined;
import static dev.sluice.dispatcher.decide.SampleApplication.source;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EvaluationRequestsTest {

  private static final RefKey VALUES =
      new RefKey(new RepositoryId("forge.example/acme/values"), GitRef.branch("main"));
  private static final RefKey UNSEEN =
      new RefKey(new RepositoryId("forge.example/acme/unseen"), GitRef.branch("main"));
  private static final CommitId VALUES_COMMIT = new CommitId("b".repeat(40));
  private static final ApplicationName OTHER = new ApplicationName("other");
  private static final SourceSpec VALUES_SOURCE = source(VALUES, "web");
  private static final ApplicationState BOTH =
      defined(define(WEB, List.of(source(MAIN, "web"), VALUES_SOURCE, source(UNSEEN, "x")), ONE));
  private static final ApplicationState ALONE =
      defined(define(OTHER, List.of(source(VALUES, "other")), ONE));
  private static final EvaluationRequest.Aim EVALUATE = new EvaluationRequest.Aim.Evaluate();

  private final PartitionState state = new PartitionState();
  private final EvaluationRequests requests = new EvaluationRequests(state);

  @BeforeEach
  void follow() {
    state.replay(BOTH);
    state.replay(ALONE);
    head(VALUES, VALUES_COMMIT);
  }

  @Test
  void aRefIsEvaluatedForTheApplicationsThatItDecidesAboutWithTheHeadsOfTheirOtherSources() {
    head(MAIN, COMMIT);

    EvaluationRequest request =
        requests.of(MAIN, EVALUATE, Optional.of(VALUES_COMMIT), Map.of(WEB, "definition"));

    assertThat(request)
        .isEqualTo(
            new EvaluationRequest(
                MAIN,
                source(MAIN, "web"),
                EVALUATE,
                new EvaluationRequest.Known(
                    Optional.of(COMMIT),
                    Optional.empty(),
                    Optional.of(VALUES_COMMIT),
                    List.of(
                        new EvaluationRequest.Other(
                            VALUES_SOURCE, VALUES_COMMIT, Optional.empty())),
                    List.of(BOTH),
                    Map.of(WEB, "definition"))));
  }

  @Test
  void aRefOfFurtherSourcesIsFetchedWithTheUrlOfOneThatFollowsIt() {
    state.replay(ApplicationState.unknown(OTHER));

    EvaluationRequest request = requests.of(VALUES, EVALUATE, Optional.empty(), Map.of());

    assertThat(request.source()).isEqualTo(VALUES_SOURCE);
    assertThat(request.known().applications()).as("another ref decides").isEmpty();
    assertThat(request.known().head()).contains(VALUES_COMMIT);
  }

  @Test
  void anApplicationIsInspectedAgainOnlyAtAKnownHead() {
    assertThat(requests.reevaluationOf(BOTH)).isEmpty();

    head(MAIN, COMMIT);

    EvaluationRequest request = requests.reevaluationOf(BOTH).orElseThrow();
    assertThat(request.aim()).isEqualTo(EVALUATE);
    assertThat(request.key()).isEqualTo(MAIN);
    assertThat(request.known().head()).contains(COMMIT);
    assertThat(request.known().applications()).containsExactly(BOTH);
    assertThat(request.known().others())
        .containsExactly(
            new EvaluationRequest.Other(VALUES_SOURCE, VALUES_COMMIT, Optional.empty()));
  }

  private void head(RefKey ref, CommitId commit) {
    state.replay(new RefState(ref.repository(), ref.ref(), Optional.of(commit), Optional.empty()));
  }
}
