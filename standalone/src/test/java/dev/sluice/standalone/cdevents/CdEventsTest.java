package dev.sluice.standalone.cdevents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.cdevents.CdEvents;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.ChangeEvent.ReviewRecorded;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.RefPosition;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.ReviewVerdict;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CdEventsTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final CommitId COMMIT = new CommitId("a".repeat(40));
  private static final TraceParent TRACE =
      TraceParent.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").orElseThrow();
  private static final Subject SUBJECT =
      new Subject(
          new ClusterName("production"),
          new ApplicationName("web"),
          new Generation(3),
          Optional.of(COMMIT),
          EventId.of("sync", "production", "web", 3));

  private final CdEventSchemas schemas = new CdEventSchemas();

  @Test
  void anApplicationOfWhichAllObjectsAreNewIsDeployed() {
    assertThat(type(applied(2, Action.CREATED, Action.CREATED), dispatched("a.yaml")))
        .isEqualTo("dev.cdevents.service.deployed.0.3.0");
  }

  @Test
  void anApplicationOfWhichObjectsExistedIsUpgraded() {
    assertThat(type(applied(2, Action.CREATED), dispatched("a.yaml")))
        .isEqualTo("dev.cdevents.service.upgraded.0.3.0");
    assertThat(type(applied(1, Action.CONFIGURED), Optional.empty()))
        .isEqualTo("dev.cdevents.service.upgraded.0.3.0");
    assertThat(type(applied(0), Optional.empty())).isEqualTo("dev.cdevents.service.upgraded.0.3.0");
  }

  @Test
  void anEarlierCommitThatAnOperatorAskedForIsARollback() {
    assertThat(type(applied(1, Action.CONFIGURED), dispatched("command restore")))
        .isEqualTo("dev.cdevents.service.rolledback.0.3.0");
    assertThat(type(applied(1, Action.CONFIGURED), dispatched("command resync")))
        .isEqualTo("dev.cdevents.service.upgraded.0.3.0");
  }

  @Test
  void recordedInputsOfAnOlderGenerationAreARollback() {
    ResultEvent.Applied third = applied(1, Action.CONFIGURED);
    assertThat(type(third, dispatched("command resend", Optional.of(new Generation(1)))))
        .isEqualTo("dev.cdevents.service.rolledback.0.3.0");
    assertThat(type(third, dispatched("command resend", Optional.of(new Generation(2)))))
        .isEqualTo("dev.cdevents.service.upgraded.0.3.0");
  }

  @Test
  void aServiceHasClusterCommitActorAndTrace() {
    ObjectNode event = translated(applied(1, Action.CONFIGURED), dispatched("a.yaml"));

    assertThat(event.at("/context/id").asText()).isEqualTo("event/1");
    assertThat(event.at("/context/source").asText()).isEqualTo("worker/production");
    assertThat(event.at("/context/timestamp").asText()).isEqualTo("2026-01-01T12:00:00Z");
    assertThat(event.at("/context/chainId").asText()).isEqualTo(TRACE.traceId());
    assertThat(event.at("/subject/id").asText()).isEqualTo("web");
    assertThat(event.at("/subject/content/environment/id").asText()).isEqualTo("production");
    assertThat(event.at("/subject/content/artifactId").asText())
        .isEqualTo("pkg:github/acme/shop@" + COMMIT);
    assertThat(event.at("/customData/actor").asText()).isEqualTo("octocat");
    assertThat(event.at("/customData/repository").asText()).isEqualTo("github.com/acme/shop");
    assertThat(event.at("/customData/generation").asLong()).isEqualTo(3);
  }

  @Test
  void aRemovedServiceHasNoArtifact() {
    ObjectNode event = translated(new ResultEvent.Removed(SUBJECT, List.of()), Optional.empty());

    assertThat(event.at("/context/type").asText()).isEqualTo("dev.cdevents.service.removed.0.3.0");
    assertThat(event.at("/subject/content").has("artifactId")).isFalse();
  }

  @Test
  void aMergeIsAChangeOfItsRepository() {
    MergeRecorded merge =
        new MergeRecorded(
            RepositoryId.parse("gitlab.example.com/group/sub/shop"),
            new GitRef("refs/heads/main"),
            Optional.of(COMMIT),
            Optional.empty(),
            Optional.empty(),
            42,
            "Fix the price",
            Optional.of("author"),
            Optional.of("merger"),
            Optional.of("https://gitlab.example.com/group/sub/shop/-/merge_requests/42"),
            new Origin.Poll(NOON),
            Optional.empty());

    ObjectNode event = translated(merge, Optional.empty());

    assertThat(event.at("/context/type").asText()).isEqualTo("dev.cdevents.change.merged.0.3.0");
    assertThat(event.at("/subject/id").asText()).isEqualTo("42");
    assertThat(event.at("/subject/content/repository/id").asText()).isEqualTo("group/sub/shop");
    assertThat(event.at("/subject/content/repository/source").asText())
        .isEqualTo("https://gitlab.example.com");
    assertThat(event.at("/customData/mergedBy").asText()).isEqualTo("merger");
  }

  @Test
  void aReviewIsOneOfItsChange() {
    ReviewRecorded review =
        new ReviewRecorded(
            RepositoryId.parse("github.com/acme/shop"),
            7,
            ReviewVerdict.CHANGES_REQUESTED,
            Optional.of("reviewer"),
            Optional.of(COMMIT.value()),
            Optional.empty(),
            Optional.empty(),
            new Origin.Poll(NOON));

    ObjectNode event = translated(review, Optional.empty());

    assertThat(event.at("/context/type").asText()).isEqualTo("dev.cdevents.change.reviewed.0.3.0");
    assertThat(event.at("/subject/id").asText()).isEqualTo("7");
    assertThat(event.at("/customData/verdict").asText()).isEqualTo("changes-requested");
    assertThat(event.at("/customData/reviewer").asText()).isEqualTo("reviewer");
  }

  @Test
  void otherEventsHaveNoTranslation() {
    assertThat(CdEvents.of(envelope(dispatched("x").orElseThrow()), Optional.empty())).isEmpty();
  }

  @Test
  void theSchemasRefuseWhatIsNoCdEvent() {
    ObjectNode event = translated(applied(1, Action.CONFIGURED), Optional.empty());
    event.withObject("/context").remove("source");
    event.withObject("/subject").put("invented", 1);

    assertThat(schemas.violations(event)).hasSize(2);
  }

  private String type(Event event, Optional<ResultEvent.Dispatched> dispatched) {
    return translated(event, dispatched).at("/context/type").asText();
  }

  private ObjectNode translated(Event event, Optional<ResultEvent.Dispatched> dispatched) {
    ObjectNode translated = CdEvents.of(envelope(event), dispatched).orElseThrow();
    assertThat(schemas.violations(translated)).isEmpty();
    return translated;
  }

  private static Envelope<Event> envelope(Event event) {
    return new Envelope<>(EventId.of("event", 1), "worker/production", NOON, TRACE, event);
  }

  private static ResultEvent.Applied applied(int objects, Action... actions) {
    return new ResultEvent.Applied(
        SUBJECT,
        Arrays.stream(actions)
            .map(action -> new ObjectChange(new ObjectRef("v1", "ConfigMap", "a", "b"), action))
            .toList(),
        objects,
        new ResultEvent.Timings(NOON, NOON, NOON, NOON),
        Optional.empty());
  }

  private static Optional<ResultEvent.Dispatched> dispatched(String reason) {
    return dispatched(reason, Optional.empty());
  }

  private static Optional<ResultEvent.Dispatched> dispatched(
      String reason, Optional<Generation> repeated) {
    return Optional.of(
        new ResultEvent.Dispatched(
            SUBJECT,
            Optional.of("digest"),
            reason,
            new Provenance(List.of(), Optional.of("octocat"), NOON, NOON, "batch", 1),
            Optional.of(
                List.of(
                    new RefPosition(
                        RepositoryId.parse("github.com/acme/shop"),
                        new GitRef("refs/heads/main"),
                        1))),
            repeated));
  }
}
