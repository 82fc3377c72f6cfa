package dev.sluice.standalone.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectDifference.Field;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each difference between what is shown and what is live is reported, and nothing else. */
class ShownStateTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final ObjectRef WEB = new ObjectRef("apps/v1", "Deployment", "shop", "web");
  private static final ObjectRef API = new ObjectRef("apps/v1", "Deployment", "shop", "api");
  private static final Optional<List<String>> GONE = Optional.empty();

  private final List<Envelope<ResultEvent>> results = new ArrayList<>();

  ShownStateTest() {
    add(applied(1));
  }

  @Test
  void withoutDriftAnObjectIsAsGitSays() {
    assertThat(problem(changes())).isEmpty();
    assertThat(problem(changes("spec.replicas")))
        .contains("is not what Git says, in spec.replicas");
    assertThat(problem(GONE)).contains("is not in the cluster");
  }

  @Test
  void shownDriftIsExactlyHowTheObjectDiffers() {
    add(drifted(false, changed("spec.replicas", "spec.paused")));

    assertThat(problem(changes("spec.paused", "spec.replicas"))).isEmpty();
    assertThat(problem(changes("spec.replicas")))
        .contains(
            "differs from Git in [spec.replicas], but is shown as changed in"
                + " [spec.paused, spec.replicas]");
    assertThat(problem(changes())).isPresent();
    assertThat(problem(GONE)).contains("is not in the cluster, but is shown as changed");
    assertThat(state().problem(API, changes("spec.replicas"))).isPresent();
  }

  @Test
  void driftInUnknownFieldsIsSomeDifference() {
    add(drifted(false, changed()));

    assertThat(problem(changes("spec.replicas"))).isEmpty();
    assertThat(problem(changes())).isPresent();
  }

  @Test
  void aDeletedObjectIsShownAsDeleted() {
    add(drifted(false, drift(ObjectDrift.Kind.DELETED)));

    assertThat(problem(GONE)).isEmpty();
    assertThat(problem(changes())).contains("is in the cluster, but is shown as deleted");
  }

  @Test
  void fieldsThatAreTakenOverHaveTheirValues() {
    add(drifted(false, drift(ObjectDrift.Kind.TAKEN_OVER)));

    assertThat(problem(changes())).isEmpty();
    assertThat(problem(changes("spec.replicas"))).isPresent();
  }

  @Test
  void driftThatIsHealedDoesNotExcuseADifference() {
    add(drifted(true, changed("spec.replicas")));

    assertThat(problem(changes("spec.replicas")))
        .contains("is not what Git says, in spec.replicas");
    assertThat(problem(changes())).contains("is what Git says, but is shown as drifted");

    add(healed());
    assertThat(problem(changes())).isEmpty();
  }

  @Test
  void contendedDriftWaitsForItsHeal() {
    add(drifted(true, changed("spec.replicas")));
    add(healed());
    add(
        new ObservedEvent.Contended(
            subject(1), WEB, List.of(), 5, Duration.ofMinutes(10), Duration.ofSeconds(30)));
    add(drifted(true, changed("spec.replicas")));

    assertThat(problem(changes("spec.replicas"))).isEmpty();
    assertThat(problem(changes())).isPresent();
  }

  @Test
  void theEndOfDriftAndALaterApplyForgetIt() {
    add(drifted(false, changed("spec.replicas")));
    add(new ObservedEvent.DriftEnded(subject(1)));
    assertThat(problem(changes())).isEmpty();

    add(drifted(false, changed("spec.replicas")));
    add(applied(2));
    assertThat(problem(changes())).isEmpty();
  }

  @Test
  void shownHealthIsThatOfTheObjects() {
    add(health(1, Health.HEALTHY));
    assertThat(problemOfHealth(1, Map.of())).isEmpty();
    assertThat(problemOfHealth(1, Map.of(WEB, "Degraded: no image")))
        .contains("is shown as Healthy, but Deployment shop/web is Degraded: no image");

    add(health(1, Health.PROGRESSING));
    assertThat(problemOfHealth(1, Map.of(WEB, "Progressing: 1 of 2"))).isEmpty();
    assertThat(problemOfHealth(1, Map.of()))
        .contains("is shown as Progressing, but all objects are healthy");
  }

  @Test
  void theHealthOfAnotherGenerationIsNotJudged() {
    add(health(1, Health.HEALTHY));
    add(applied(2));
    add(health(1, Health.HEALTHY));

    assertThat(problemOfHealth(2, Map.of(WEB, "Degraded: no image"))).isEmpty();
  }

  private Optional<String> problem(Optional<List<String>> changes) {
    return state().problem(WEB, changes);
  }

  private Optional<String> problemOfHealth(long generation, Map<ObjectRef, String> unhealthy) {
    return state().problemOfHealth(new Generation(generation), unhealthy);
  }

  private ShownState state() {
    return ShownState.of(results).get(LogEvidence.Lane.of(subject(1)));
  }

  private void add(ResultEvent event) {
    results.add(new Envelope<>(EventId.of("test"), "test", NOW, TraceParent.start(), event));
  }

  private static Optional<List<String>> changes(String... paths) {
    return Optional.of(List.of(paths));
  }

  private static ObjectDrift changed(String... paths) {
    return drift(ObjectDrift.Kind.CHANGED, paths);
  }

  private static ObjectDrift drift(ObjectDrift.Kind kind, String... paths) {
    List<Field> fields =
        List.of(paths).stream()
            .map(path -> new Field(path, Optional.of("5"), Optional.of("3")))
            .toList();
    return new ObjectDrift(WEB, kind, fields, List.of(), NOW);
  }

  private static ResultEvent drifted(boolean heals, ObjectDrift... objects) {
    return new ObservedEvent.Drifted(subject(1), List.of(objects), Optional.empty(), heals);
  }

  private static ResultEvent healed() {
    return new ObservedEvent.Healed(
        subject(1),
        List.of(new ObjectChange(WEB, ObjectChange.Action.CONFIGURED)),
        Duration.ofMillis(41),
        Optional.empty());
  }

  private static ResultEvent health(long generation, Health health) {
    return ObservedEvent.OfHealth.of(
        subject(generation), new ObservedHealth(health, 1, List.of(), Optional.empty(), NOW));
  }

  private static ResultEvent applied(long generation) {
    return new ResultEvent.Applied(
        subject(generation),
        List.of(),
        1,
        new ResultEvent.Timings(NOW, NOW, NOW, NOW),
        Optional.of("plain"));
  }

  private static Subject subject(long generation) {
    return new Subject(
        new ClusterName("staging"),
        new ApplicationName("web"),
        new Generation(generation),
        Optional.empty(),
        new EventId("sync/staging/web/" + generation));
  }
}
