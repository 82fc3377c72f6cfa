package dev.sluice.dispatcher.decide;

import static dev.sluice.dispatcher.decide.SampleApplication.MAIN;
import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static dev.sluice.dispatcher.decide.SampleApplication.SHOP;
import static dev.sluice.dispatcher.decide.SampleApplication.WEB;
import static dev.sluice.dispatcher.decide.SampleApplication.define;
import static dev.sluice.dispatcher.decide.SampleApplication.defined;
import static dev.sluice.dispatcher.decide.SampleApplication.source;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.DependencyStanding;
import dev.sluice.contract.event.StateRecord.DependencyState;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.RepositoryState;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PartitionStateTest {

  private static final RefKey VALUES =
      new RefKey(new RepositoryId("forge.example/acme/values"), GitRef.branch("main"));
  private static final ApplicationName OTHER = new ApplicationName("other");

  private final List<String> definitions = new ArrayList<>();
  private final PartitionState state =
      new PartitionState(
          (application, definition) ->
              definitions.add(application + (definition.isPresent() ? " defined" : " removed")));

  @Test
  void onlyTheRefOfTheFirstSourceDecidesAboutAnApplication() {
    state.replay(defined(define(WEB, List.of(source(MAIN, "a"), source(VALUES, "b")), ONE)));
    state.replay(defined(define(OTHER, List.of(source(VALUES, "c")), ONE)));

    assertThat(names(state.decidedAt(MAIN))).containsExactly(WEB);
    assertThat(names(state.decidedAt(VALUES))).containsExactly(OTHER);
    assertThat(names(state.following(VALUES))).containsExactly(OTHER, WEB);
    assertThat(state.decidedAtOtherRefs(VALUES)).isEqualTo(Map.of(MAIN, Set.of(WEB)));
    assertThat(state.decidedAtOtherRefs(MAIN)).isEmpty();
  }

  @Test
  void aRefIsFollowedAsLongAsAnyDefinitionNamesIt() {
    state.replay(defined(define("a", ONE)));
    state.replay(defined(define(OTHER, List.of(source(MAIN, "b")), ONE)));

    state.replay(defined(define(WEB, List.of(source(VALUES, "a")), ONE)));
    assertThat(state.followed()).containsExactlyInAnyOrder(MAIN, VALUES);

    state.replay(ApplicationState.unknown(OTHER));
    assertThat(state.followed()).containsExactly(VALUES);
    assertThat(state.isFollowed(MAIN)).isFalse();
    assertThat(state.isFollowed(SHOP)).isFalse();
    assertThat(state.following(MAIN)).isEmpty();
  }

  @Test
  void anEventConcernsRefsWhoseRepositoriesDifferByCaseOnlyAndTheExactOneFirst() {
    RefKey upper = new RefKey(new RepositoryId("forge.example/Acme/Shop"), MAIN.ref());
    RefKey branch = new RefKey(SHOP, GitRef.branch("other"));
    state.replay(defined(define("a", ONE)));
    state.replay(defined(define(OTHER, List.of(source(upper, "b"), source(branch, "c")), ONE)));

    assertThat(state.matching(MAIN)).containsExactly(MAIN, upper);
    assertThat(state.matching(upper)).containsExactly(upper, MAIN);
    assertThat(state.matching(branch)).containsExactly(branch);
    assertThat(state.matching(VALUES)).isEmpty();
  }

  @Test
  void aRepositoryThatOnlyOtherPartitionsReadIsFollowed() {
    RepositoryId values = VALUES.repository();
    assertThat(state.isFollowed(values)).isFalse();

    state.replay(new RepositoryState(values, Set.of(SHOP)));

    assertThat(state.isFollowed(values)).isTrue();
    assertThat(state.isFollowed(new RepositoryId("forge.example/Acme/VALUES"))).isTrue();
    assertThat(state.readersInOtherPartitions(values)).containsExactly(SHOP);
    state.replay(new RepositoryState(values, Set.of()));
    assertThat(state.isFollowed(values)).isFalse();
  }

  @Test
  void aChangeIsNotForwardedToAnOwnerInThisPartition() {
    RepositoryId elsewhere = new RepositoryId("forge.example/acme/elsewhere");
    state.replay(new RepositoryState(VALUES.repository(), Set.of(SHOP, elsewhere)));
    state.replay(defined(define("a", ONE)));

    assertThat(state.readersInOtherPartitions(VALUES.repository())).containsExactly(elsewhere);
  }

  @Test
  void aLostApplicationIsForgottenAndItsPathsLeaveTheIndex() {
    state.replay(defined(define("a", ONE)));

    state.markLost(WEB, "the record is damaged");

    assertThat(state.application(WEB)).isEmpty();
    assertThat(state.lost(WEB)).contains("the record is damaged");
    assertThat(state.lost(OTHER)).isEmpty();
    assertThat(state.followed()).isEmpty();
    assertThat(definitions).containsExactly("web defined", "web removed");
  }

  @Test
  void aDamagedStateOfARefOrRepositoryIsForgotten() {
    RefState ref =
        new RefState(SHOP, MAIN.ref(), Optional.of(SampleApplication.COMMIT), Optional.empty());
    RepositoryState repository = new RepositoryState(SHOP, Set.of(VALUES.repository()));
    state.replay(ref);
    state.replay(repository);
    assertThat(state.ref(MAIN)).isEqualTo(ref);

    state.forget(ref.key());
    state.forget(repository.key());

    assertThat(state.ref(MAIN).head()).isEmpty();
    assertThat(state.isFollowed(SHOP)).isFalse();
  }

  @Test
  void aDamagedReportAboutADependencyIsForgotten() {
    DependencyKey key = new DependencyKey(OTHER, ONE);
    DependencyState report =
        new DependencyState(SHOP, OTHER, key.cluster(), DependencyStanding.sent(new Generation(1)));
    state.replay(report);
    assertThat(state.dependencies().reported(key)).contains(report.standing());

    state.forget(report.key());

    assertThat(state.dependencies().reported(key)).isEmpty();
  }

  @Test
  void everyReplayedDefinitionAndRemovalIsPassedOn() {
    Definition definition = define("a", ONE);
    state.replay(defined(definition));
    state.replay(defined(definition));
    state.replay(ApplicationState.unknown(WEB));

    assertThat(definitions).containsExactly("web defined", "web defined", "web removed");
  }

  private static List<ApplicationName> names(List<ApplicationState> states) {
    return states.stream().map(ApplicationState::application).toList();
  }
}
