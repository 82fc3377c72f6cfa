package dev.sluice.worker.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.Approval;
import dev.sluice.contract.event.DeletionPlan;
import dev.sluice.contract.event.DeletionPlan.Deletion;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlanDigestTest {

  private static final CommitId COMMIT = new CommitId("a".repeat(40));
  private static final CommitId OTHER_COMMIT = new CommitId("b".repeat(40));
  private static final Deletion ONE = deletion("apps/v1", "Deployment", "n", "one", "uid-1");
  private static final Deletion TWO = deletion("v1", "Service", "n", "two", "uid-2");
  private static final PlanDigest HELD = plan("prod", "web", 4, COMMIT, "v1:in", ONE, TWO);

  @Test
  void anApprovalHoldsForTheSamePlanUnderALaterGeneration() {
    Approval approval = approvalOf(HELD);

    assertThat(plan("prod", "web", 5, OTHER_COMMIT, "v1:in", TWO, ONE).isApprovedBy(approval))
        .as("sent again with the same inputs; objects have no order")
        .isTrue();
    assertThat(HELD.isApprovedBy(approval)).isTrue();
  }

  @Test
  void anotherVersionOfAnObjectIsTheSameObject() {
    Deletion older = deletion("apps/v1beta1", "Deployment", "n", "one", "uid-1");

    assertThat(plan("prod", "web", 5, COMMIT, "v1:in", older, TWO).isApprovedBy(approvalOf(HELD)))
        .isTrue();
  }

  static Stream<PlanDigest> otherPlans() {
    return Stream.of(
        plan("test", "web", 5, COMMIT, "v1:in", ONE, TWO),
        plan("prod", "shop", 5, COMMIT, "v1:in", ONE, TWO),
        plan("prod", "web", 5, COMMIT, "v1:other", ONE, TWO),
        plan("prod", "web", 5, COMMIT, "v1:in", ONE),
        plan("prod", "web", 5, COMMIT, "v1:in"),
        plan("prod", "web", 5, COMMIT, "v1:in", ONE, TWO, deletion("v1", "Pod", "n", "x", "u")),
        plan(
            "prod",
            "web",
            5,
            COMMIT,
            "v1:in",
            deletion("apps/v1", "Deployment", "n", "one", "uid-3"),
            TWO),
        plan(
            "prod",
            "web",
            5,
            COMMIT,
            "v1:in",
            deletion("apps/v1", "Deployment", "n", "one", ""),
            TWO),
        plan(
            "prod",
            "web",
            5,
            COMMIT,
            "v1:in",
            deletion("apps/v1", "Deployment", "m", "one", "uid-1"),
            TWO),
        plan(
            "prod",
            "web",
            5,
            COMMIT,
            "v1:in",
            deletion("apps/v1", "StatefulSet", "n", "one", "uid-1"),
            TWO),
        plan(
            "prod",
            "web",
            5,
            COMMIT,
            "v1:in",
            deletion("extensions/v1", "Deployment", "n", "one", "uid-1"),
            TWO),
        new PlanDigest(
            subject("prod", "web", 5, COMMIT), "v1:in", List.of(ONE, TWO), unknown("shop")));
  }

  @ParameterizedTest
  @MethodSource("otherPlans")
  void anApprovalHoldsForNoOtherPlan(PlanDigest other) {
    assertThat(other.isApprovedBy(approvalOf(HELD))).isFalse();
  }

  @Test
  void anApprovalOfAnotherGenerationOrCommitThanThePlansIsVoid() {
    String digest = HELD.plan().digest();

    assertThat(HELD.isApprovedBy(approval(digest, 3, COMMIT))).isFalse();
    assertThat(HELD.isApprovedBy(approval(digest, 4, OTHER_COMMIT))).isFalse();
    assertThat(HELD.isApprovedBy(new Approval(digest, new Generation(4), Optional.empty(), "ada")))
        .isFalse();
  }

  @Test
  void thePlanListsTheFirstObjectsAndItsDigestCoversAll() {
    List<Deletion> many = new ArrayList<>();
    for (int i = 0; i < DeletionPlan.MAX_LISTED + 3; i++) {
      many.add(deletion("v1", "ConfigMap", "n", "object-%04d".formatted(i), "uid-" + i));
    }
    DeletionPlan plan =
        plan("prod", "web", 4, COMMIT, "v1:in", many.toArray(Deletion[]::new)).plan();
    Deletion last = many.removeLast();
    many.add(deletion("v1", "ConfigMap", "n", last.object().name(), "another uid"));
    DeletionPlan other =
        plan("prod", "web", 4, COMMIT, "v1:in", many.toArray(Deletion[]::new)).plan();

    assertThat(plan.deletions()).hasSize(DeletionPlan.MAX_LISTED).isEqualTo(other.deletions());
    assertThat(plan.omitted()).isEqualTo(3);
    assertThat(plan.digest()).matches("[0-9a-f]{64}").isNotEqualTo(other.digest());
  }

  @Test
  void aPlanNamesTheApplicationsThatMayClaimItsObjects() {
    DeletionPlan plan =
        new PlanDigest(subject("prod", "web", 4, COMMIT), "", List.of(ONE), unknown("shop", "api"))
            .plan();

    assertThat(plan.unknown())
        .containsExactly(new ApplicationName("api"), new ApplicationName("shop"));
    assertThat(plan.generation()).isEqualTo(new Generation(4));
    assertThat(plan.commit()).contains(COMMIT);
  }

  private static Approval approvalOf(PlanDigest digest) {
    DeletionPlan plan = digest.plan();
    return new Approval(plan.digest(), plan.generation(), plan.commit(), "ada");
  }

  private static Approval approval(String digest, long generation, CommitId commit) {
    return new Approval(digest, new Generation(generation), Optional.of(commit), "ada");
  }

  private static PlanDigest plan(
      String cluster,
      String application,
      long generation,
      CommitId commit,
      String inputDigest,
      Deletion... deletions) {
    return new PlanDigest(
        subject(cluster, application, generation, commit),
        inputDigest,
        List.of(deletions),
        unknown());
  }

  private static Subject subject(
      String cluster, String application, long generation, CommitId commit) {
    return new Subject(
        new ClusterName(cluster),
        new ApplicationName(application),
        new Generation(generation),
        Optional.of(commit),
        EventId.of("sync", cluster, application, generation));
  }

  private static NavigableSet<ApplicationName> unknown(String... names) {
    NavigableSet<ApplicationName> unknown = new TreeSet<>();
    Stream.of(names).map(ApplicationName::new).forEach(unknown::add);
    return unknown;
  }

  private static Deletion deletion(
      String apiVersion, String kind, String namespace, String name, String uid) {
    return new Deletion(new ObjectRef(apiVersion, kind, namespace, name), uid);
  }
}
