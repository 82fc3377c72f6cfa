package dev.sluice.worker.leadership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.simulated.ClusterFixture;
import dev.sluice.simulated.fault.Fault;
import dev.sluice.simulated.fault.FaultInjector;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kubernetes")
class LeadershipIT {

  private static final LeaseTimes TIMES =
      new LeaseTimes(Duration.ofSeconds(4), Duration.ofSeconds(3), Duration.ofMillis(300));

  private final ClusterFixture fixture = ClusterFixture.open();
  private final String namespace = fixture.namespace();
  private final List<String> history = new CopyOnWriteArrayList<>();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @AfterEach
  void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    fixture.close();
  }

  @Test
  void aStandbyTakesAReleasedLeaseAtOnce() {
    Leadership first = candidate("one", Duration.ZERO);
    awaitHistory("one leads");
    candidate("two", Duration.ZERO);

    first.close();

    patiently().atMost(TIMES.duration()).until(() -> history.contains("two leads"));
    assertThat(history).containsExactly("one leads", "one stops", "two leads");
    assertThat(lease().getSpec().getLeaseTransitions()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {600, -600})
  void aWrongClockTakesNoLeaseFromAHealthyHolder(long seconds) throws Exception {
    Leadership first = candidate("one", Duration.ZERO);
    awaitHistory("one leads");
    candidate("two", Duration.ofSeconds(seconds));

    Set<String> renewals = new HashSet<>();
    patiently()
        .until(
            () -> {
              renewals.add(String.valueOf(lease().getSpec().getRenewTime()));
              return renewals.size() >= 20;
            });

    assertThat(history).containsExactly("one leads");
    first.close();
    awaitHistory("one leads", "one stops", "two leads");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 600, -600})
  void aDeadHolderIsReplacedAfterItsLeaseExpiresWhateverItsClock(long seconds) {
    fixture.assumeJsonOfBuiltInKinds();
    // the Lease of a worker that was killed: neither renewed nor released
    fixture
        .client()
        .resource(
            """
            apiVersion: coordination.k8s.io/v1
            kind: Lease
            metadata: {name: lease, namespace: %s}
            spec:
              holderIdentity: dead
              leaseDurationSeconds: 4
              acquireTime: "%2$s"
              renewTime: "%2$s"
            """
                .formatted(
                    namespace,
                    java.time.format.DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
                        .withZone(java.time.ZoneOffset.UTC)
                        .format(Clock.systemUTC().instant().plusSeconds(seconds))))
        .create();
    long startedAt = System.nanoTime();

    candidate("one", Duration.ZERO);

    awaitHistory("one leads");
    assertThat(Duration.ofNanos(System.nanoTime() - startedAt))
        .isBetween(Duration.ofMillis(3_900), Duration.ofSeconds(8));
  }

  @Test
  void aLeaseWithUnusableContentIsTakenAndReleased() {
    fixture.assumeJsonOfBuiltInKinds();
    fixture
        .client()
        .resource(
            """
            apiVersion: coordination.k8s.io/v1
            kind: Lease
            metadata: {name: lease, namespace: %s}
            """
                .formatted(namespace))
        .create();

    Leadership first = candidate("one", Duration.ZERO);
    awaitHistory("one leads");
    first.close();

    assertThat(Optional.ofNullable(lease().getSpec().getHolderIdentity()).orElse("")).isEmpty();
    candidate("two", Duration.ZERO);
    awaitHistory("one leads", "one stops", "two leads");
  }

  @Test
  void aWorkerThatResignsLeavesLeadershipToAnother() {
    Leadership first = candidate("one", Duration.ZERO);
    awaitHistory("one leads");
    candidate("two", Duration.ZERO);

    first.resign(Duration.ofSeconds(2));

    awaitHistory("one leads", "one stops", "two leads");
    assertThat(lease().getSpec().getHolderIdentity()).isEqualTo("two");
    assertThat(first.isSafe()).isFalse();
  }

  @Test
  void aWorkerThatResignedLeadsAgainIfThereIsNoOther() {
    Leadership only = candidate("one", Duration.ZERO);
    awaitHistory("one leads");

    only.resign(Duration.ofMillis(500));

    awaitHistory("one leads", "one stops", "one leads");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aReleaseCountsEvenIfItsAnswerIsLost(boolean arrives) {
    assumeTrue(fixture.isSimulated(), "needs faults");
    Leadership first = candidate("one", Duration.ZERO);
    awaitHistory("one leads");
    candidate("two", Duration.ZERO);
    FaultInjector faults = fixture.simulatedCluster().faults();

    faults.injectOnce(
        request ->
            request.path().endsWith("/leases/lease")
                && request.isWrite()
                && request.body().contains("\"holderIdentity\":\"\""),
        arrives ? new Fault.CutAfter() : new Fault.CutBefore());
    first.close();

    patiently().atMost(TIMES.duration()).until(() -> history.contains("two leads"));
  }

  @Test
  void aLeaderThatCannotRenewStopsBeforeAnotherLeads() {
    assumeTrue(fixture.isSimulated(), "needs faults");
    Leadership first = candidate("one", Duration.ZERO);
    awaitHistory("one leads");
    candidate("two", Duration.ZERO);

    fixture
        .simulatedCluster()
        .faults()
        .inject(
            request -> request.path().endsWith("/leases/lease") && request.body().contains("one"),
            new Fault.Delay(Duration.ofSeconds(30)));

    awaitHistory("one leads", "one stops", "two leads");
    assertThat(first.isSafe()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aWorkerThatMayNotWriteTheLeaseSaysSoUntilItMay(boolean mayRead) {
    assumeTrue(fixture.isSimulated(), "needs faults");
    FaultInjector.Registration forbidden =
        fixture
            .simulatedCluster()
            .faults()
            .inject(
                request ->
                    request.path().endsWith("/leases/lease") && (request.isWrite() || !mayRead),
                new Fault.Fail(403, "Forbidden", "leases is forbidden"));
    Leadership one = candidate("one", Duration.ZERO);

    patiently()
        .untilAsserted(
            () ->
                assertThat(one.unreachable().orElse(""))
                    .contains("cannot read or renew the Lease")
                    .contains("403 Forbidden")
                    .contains("the worker's permissions"));
    forbidden.close();

    awaitHistory("one leads");
    patiently().until(() -> one.unreachable().isEmpty());
  }

  @Test
  void aStandbyBehindALeaderHasNothingToSay() {
    candidate("one", Duration.ZERO);
    awaitHistory("one leads");
    Leadership two = candidate("two", Duration.ZERO);

    patiently().during(TIMES.duration()).until(() -> two.unreachable().isEmpty());
  }

  @Test
  void aLeaderRecreatesItsDeletedLease() {
    candidate("one", Duration.ZERO);
    awaitHistory("one leads");

    fixture.client().leases().inNamespace(namespace).withName("lease").delete();

    patiently().until(() -> lease() != null && "one".equals(lease().getSpec().getHolderIdentity()));
    assertThat(history).containsExactly("one leads");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"metadata\": {}, \"spec\": {\"holderIdentity\": {}, \"renewTime\": 7}}",
        "[]",
        "nonsense"
      })
  void nonsenseFromTheServerCostsATurnOfTheElection(String answer) {
    assumeTrue(fixture.isSimulated(), "needs faults");
    FaultInjector faults = fixture.simulatedCluster().faults();
    FaultInjector.Registration nonsense =
        faults.inject(
            request -> request.path().endsWith("/leases/lease") && !request.isWrite(),
            new Fault.Answer(answer));
    candidate("one", Duration.ZERO);

    nonsense.close();

    awaitHistory("one leads");
  }

  private Leadership candidate(String name, Duration skew) {
    KubernetesClient client = fixture.newClient();
    open.push(client);
    Leadership leadership =
        Leadership.start(
            client,
            new Leadership.Identity(namespace, "lease", name),
            TIMES,
            new Leadership.Candidate() {
              @Override
              public void startLeading() {
                history.add(name + " leads");
              }

              @Override
              public void stopLeading() {
                if (history.contains(name + " leads")
                    && !history.getLast().equals(name + " stops")) {
                  history.add(name + " stops");
                }
              }
            },
            Clock.offset(Clock.systemUTC(), skew));
    open.push(leadership);
    return leadership;
  }

  private Lease lease() {
    return fixture.client().leases().inNamespace(namespace).withName("lease").get();
  }

  private void awaitHistory(String... entries) {
    patiently().untilAsserted(() -> assertThat(history).startsWith(entries));
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
  }
}
