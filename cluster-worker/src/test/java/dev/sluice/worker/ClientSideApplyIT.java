package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Policy;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Objects of an aggregated API that knows no server-side apply. */
@Tag("kubernetes")
final class ClientSideApplyIT {

  private final Bench bench = new Bench();
  private final Requests requests = new Requests();
  private final String group =
      "gadgets-%s.example.org".formatted(UUID.randomUUID().toString().substring(0, 8));

  @TempDir private Path temporary;

  private AggregatedServer server;

  /** The requests by which the API changes an object. */
  enum Api {
    MERGE_PATCH,
    PUT;

    void limit(AggregatedServer server) {
      if (this == PUT) {
        server.refuse("PATCH");
      }
    }

    String request() {
      return this == PUT ? "PUT" : "PATCH application/merge-patch+json";
    }
  }

  @BeforeEach
  void open() throws Exception {
    bench.fixture.assumeJsonOfBuiltInKinds();
    server = new AggregatedServer(temporary, group);
    bench.fixture.aggregate(group, "v1", server.port());
    bench.worker("one", requests);
  }

  @AfterEach
  void close() {
    bench.close();
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anObjectIsCreatedChangedAndDeleted(Api api) throws Exception {
    api.limit(server);
    apply(1, gadget("size: 1, color: red, ports: [{port: 80}, {port: 81}]"), configMap("a", "1"));
    ObjectNode first = live();
    assertThat(first.at("/spec/size").asInt()).isEqualTo(1);
    assertThat(first.at("/metadata/annotations/sluice.dev~1last-applied").asText())
        .contains("\"color\":0")
        .doesNotContain("red");

    server.patch(
        bench.namespace,
        "g",
        "{\"metadata\": {\"annotations\": {\"by\": \"others\"}}, \"spec\": {\"owner\": \"cat\"}}");
    apply(2, gadget("size: 2, ports: [{port: 80}]"), configMap("a", "1"));

    assertThat(live().at("/spec").toString())
        .isEqualTo("{\"size\":2,\"ports\":[{\"port\":80}],\"shape\":\"round\",\"owner\":\"cat\"}");
    assertThat(live().at("/metadata/annotations/by").asText()).isEqualTo("others");
    assertThat(live().at("/metadata/uid")).isEqualTo(first.at("/metadata/uid"));
    assertThat(live().at("/metadata/annotations/sluice.dev~1generation").asText()).isEqualTo("2");

    apply(3, configMap("a", "1"));

    assertThat(server.object(bench.namespace, "g")).isEmpty();
    assertThat(bench.results.all(ResultEvent.Applied.class))
        .extracting(ClientSideApplyIT::actions)
        .containsExactly("[CREATED, CREATED]", "[CONFIGURED]", "[DELETED]");
    assertThat(bench.results.all(ResultEvent.Parked.class)).isEmpty();
  }

  /** The answer about the first object decides how the other objects of the kind are written. */
  @ParameterizedTest
  @EnumSource
  void whatTheApiSupportsIsAskedOnce(Api api) {
    api.limit(server);
    apply(1, gadget("size: 1"));
    assertThat(server.requests())
        .filteredOn(request -> !request.equals("GET"))
        .containsExactly("PATCH application/apply-patch+yaml", "POST");
    apply(2, gadget("size: 2"));
    server.clearRequests();

    apply(3, gadget("size: 3"));

    assertThat(server.requests()).containsExactly("GET", api.request());
  }

  @Test
  void anObjectOfAnotherOwnerIsRefusedBeforeAnythingIsWritten() throws Exception {
    server.patch(
        bench.namespace,
        "g",
        """
        {"metadata": {"annotations":
          {"argocd.argoproj.io/tracking-id": "web:%s/Gadget:%s/g"}}, "spec": {"size": 9}}
        """
            .formatted(group, bench.namespace));
    ObjectNode before = live();

    send(1, Policy.DEFAULT, configMap("a", "1"), gadget("size: 1"));

    Failure failure = bench.awaitParked("shop");
    assertThat(failure.code()).isEqualTo(ApplyFailure.OWNED_BY_ANOTHER);
    assertThat(failure.message()).contains("is owned by Argo CD (application web)");
    assertThat(live()).isEqualTo(before);
    assertThat(bench.value("a")).isEmpty();
    assertThat(server.requests()).allMatch("GET"::equals);
  }

  /** The object appears after the check, and before the write. */
  @Test
  void anObjectThatAnotherOwnerCreatesMeanwhileIsNotOverwritten() throws Exception {
    apply(1, gadget("other", "size: 1"));
    requests.pauseAt(line -> line.startsWith("POST") && line.endsWith("/gadgets"));
    send(2, Policy.DEFAULT, gadget("other", "size: 1"), gadget("size: 1"));
    requests.awaitPaused();
    try {
      server.patch(
          bench.namespace,
          "g",
          "{\"metadata\": {\"labels\": {\"sluice.dev/installation\": \"blue\"}}}");
    } finally {
      requests.resume();
    }

    assertThat(bench.awaitParked("shop").message())
        .contains("another installation of Sluice (blue)");
    assertThat(live().at("/spec/size").isMissingNode()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aSuspendedWorkerDoesNotOverwriteNewerObjects(Api api) throws Exception {
    api.limit(server);
    apply(1, gadget("size: 1"));
    apply(2, gadget("size: 2"));
    requests.pauseAt(line -> line.endsWith("/gadgets/g") && !line.startsWith("GET"));
    send(3, Policy.DEFAULT, gadget("size: 3"));
    requests.awaitPaused();
    server.clearRequests();

    bench.worker("successor");
    send(4, Policy.DEFAULT, gadget("size: 4"));
    bench.awaitApplied("shop", 4);
    requests.resume();
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () -> server.requests().stream().filter(api.request()::equals).count(),
            writes -> writes == 2);
    send(5, Policy.DEFAULT, gadget("size: 5"));
    bench.awaitApplied("shop", 5);

    assertThat(server.sizes("g")).containsExactly(1, 2, 4, 5);
    assertThat(bench.results.all(ResultEvent.Applied.class))
        .extracting(applied -> applied.subject().generation().value())
        .containsExactly(1L, 2L, 4L, 5L);
  }

  @Test
  void driftIsPutBackAndWhatOthersSetIsNot() throws Exception {
    apply(1, gadget("size: 1, ports: [{port: 80}]"));

    server.patch(bench.namespace, "g", "{\"spec\": {\"size\": 7, \"owner\": \"cat\"}}");
    ObservedEvent.Healed healed = awaitHealed();

    assertThat(healed.changes())
        .extracting(change -> change.object().kind() + " " + change.action())
        .containsExactly("Gadget CONFIGURED");
    assertThat(live().at("/spec/size").asInt()).isEqualTo(1);
    assertThat(live().at("/spec/owner").asText()).isEqualTo("cat");
  }

  @Test
  void driftIsShownWithoutAnyWrite() throws Exception {
    Policy show = Targets.showing(Policy.DEFAULT);
    send(1, show, gadget("size: 1"));
    bench.awaitApplied("shop", 1);
    server.clearRequests();

    server.patch(bench.namespace, "g", "{\"spec\": {\"size\": 7}}");
    ObservedEvent.Drifted drifted =
        await()
            .atMost(Bench.PATIENCE)
            .until(
                () ->
                    bench.results.all(ObservedEvent.Drifted.class).stream()
                        .filter(each -> !each.objects().isEmpty())
                        .findFirst(),
                Optional::isPresent)
            .orElseThrow();

    assertThat(drifted.toString()).contains("spec.size");
    assertThat(live().at("/spec/size").asInt()).isEqualTo(7);
    assertThat(server.requests()).allMatch("GET"::equals);
  }

  @Test
  void aComparisonIsComputedAndSaysSo() throws Exception {
    Questions questions = new Questions(bench);
    Policy show = Targets.showing(Policy.DEFAULT);
    send(1, show, gadget("size: 1"));
    bench.awaitApplied("shop", 1);
    assertThat(questions.ask("shop").differences()).isEmpty();
    server.patch(bench.namespace, "g", "{\"spec\": {\"size\": 7, \"owner\": \"cat\"}}");
    server.clearRequests();

    DiffAnswered answered = questions.ask("shop");

    ObjectDifference difference = answered.differences().getFirst();
    assertThat(difference.fields()).hasSize(1);
    assertThat(difference.fields().getFirst().path()).isEqualTo("spec.size");
    assertThat(difference.message())
        .hasValueSatisfying(note -> assertThat(note).contains("server-side apply"));
    assertThat(server.requests()).allMatch("GET"::equals);
  }

  @Test
  void anObjectThatStaysLosesTheMarksOfItsApplication() {
    server.refuse("PATCH");
    apply(1, gadget("size: 1"));

    bench.targets.send(bench.targets.removal("shop", 2, true));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Removed.class).isEmpty());

    assertThat(live().at("/spec/size").asInt()).isEqualTo(1);
    assertThat(live().path("metadata").toString()).doesNotContain("sluice.dev/");
  }

  @Test
  void anApiThatCannotChangeObjectsParksTheApplication() {
    apply(1, gadget("size: 1"));
    server.refuse("PATCH");
    server.refuse("PUT");

    send(2, Policy.DEFAULT, gadget("size: 2"));

    Failure failure = bench.awaitParked("shop");
    assertThat(failure.code()).isEqualTo(SourceFailure.UNSUPPORTED);
    assertThat(failure.message()).contains("405 MethodNotAllowed").contains("Gadget");
  }

  @Test
  void anApiWithoutAWatchIsListed() throws Exception {
    server.refuse("WATCH");
    apply(1, gadget("size: 1"));

    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ObservedEvent.OfHealth.class).stream()
                    .anyMatch(health -> health.toString().contains("HEALTHY")));
  }

  @Test
  void theHealthOfAnApiWithoutAListIsUnknown() {
    server.refuse("LIST");
    apply(1, gadget("size: 1"));

    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ObservedEvent.OfHealth.class).stream()
                    .anyMatch(health -> health.toString().contains("has no list")));
  }

  private static String actions(ResultEvent.Applied applied) {
    return applied.changes().stream().map(ObjectChange::action).toList().toString();
  }

  private ObservedEvent.Healed awaitHealed() {
    return await()
        .atMost(Bench.PATIENCE)
        .until(
            () -> bench.results.all(ObservedEvent.Healed.class).stream().findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private void apply(long generation, String... manifests) {
    send(generation, Policy.DEFAULT, manifests);
    bench.awaitApplied("shop", generation);
  }

  private void send(long generation, Policy policy, String... manifests) {
    bench.targets.send(bench.targets.target("shop", generation, policy, manifests));
  }

  private ObjectNode live() {
    return server.object(bench.namespace, "g").orElseThrow();
  }

  private String gadget(String spec) {
    return gadget("g", spec);
  }

  private String gadget(String name, String spec) {
    return "{apiVersion: %s/v1, kind: Gadget, metadata: {name: %s}, spec: {%s}}"
        .formatted(group, name, spec);
  }
}
