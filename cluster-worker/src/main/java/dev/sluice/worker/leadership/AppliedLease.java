package dev.sluice.worker.leadership;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.RequestPace;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A {@code coordination.k8s.io} Lease whose namespace is created when it is missing. Like all
 * objects, it is written by server-side apply at the uid and resourceVersion that were read, so
 * that no write overwrites an unseen one. Its times are informational.
 */
final class AppliedLease {

  private static final DateTimeFormatter MICRO_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final KubernetesClient client;
  private final Leadership.Identity identity;
  private final Duration duration;
  private final Clock clock;
  private volatile Optional<Failing> failing = Optional.empty();

  /**
   * The failing calls since the last one that succeeded.
   *
   * @param isWrite whether they are writes, which say more than that the Lease can be read
   * @param since when the first of them began
   */
  private record Failing(boolean isWrite, Instant since, String reason) {}

  AppliedLease(
      KubernetesClient client, Leadership.Identity identity, Duration duration, Clock clock) {
    this.client = client;
    this.identity = identity;
    this.duration = duration;
    this.clock = clock;
  }

  /**
   * Reads the Lease; returns empty if it does not exist.
   *
   * @throws dev.sluice.worker.api.ApiException if it cannot be read in time
   */
  Optional<ObservedLease> read(Duration timeout) throws InterruptedException {
    return noted(false, () -> api(timeout).get(path()).map(ObservedLease::of));
  }

  /**
   * Writes this worker as the holder over the Lease that was read, or creates it if there was none.
   */
  ObservedLease take(Optional<ObservedLease> over, Duration timeout) throws InterruptedException {
    ClusterApi api = api(timeout);
    if (over.isEmpty()) {
      api.ensureNamespace(identity.namespace());
    }
    boolean held = over.filter(lease -> lease.isHeldBy(identity.holder())).isPresent();
    String now = MICRO_TIME.format(clock.instant());
    ObjectNode spec = Json.mapper().createObjectNode();
    spec.put("holderIdentity", identity.holder());
    spec.put("leaseDurationSeconds", Math.max(1, duration.toSeconds()));
    spec.put(
        "acquireTime",
        over.filter(_ -> held).map(ObservedLease::acquireTime).filter(this::isTime).orElse(now));
    spec.put("renewTime", now);
    int transitions = over.map(ObservedLease::transitions).orElse(0);
    spec.put(
        "leaseTransitions",
        held || over.isEmpty() || transitions == Integer.MAX_VALUE ? transitions : transitions + 1);
    return noted(true, () -> write(api, over, spec));
  }

  /**
   * Returns why calls have failed for half of the Lease's duration; empty if they have not. An
   * answer about another writer is none of them.
   */
  Optional<String> unreachable() {
    return failing
        .filter(
            now ->
                Duration.between(now.since(), clock.instant()).compareTo(duration.dividedBy(2))
                    >= 0)
        .map(
            now ->
                "cannot read or renew the %s since %s: %s; check the API server, the network to it, and the worker's permissions"
                    .formatted(this, now.since().truncatedTo(ChronoUnit.SECONDS), now.reason()));
  }

  /** Records that this worker has nothing to write, since another one holds the Lease. */
  void leftToOthers() {
    failing = Optional.empty();
  }

  /** Returns an API that waits for no busy server, since the Lease would expire meanwhile. */
  private ClusterApi api(Duration timeout) {
    return new ClusterApi(client, timeout, () -> true, RequestPace.once());
  }

  /** A call to the API server. */
  private interface Call<T> {
    T make() throws InterruptedException;
  }

  private <T> T noted(boolean isWrite, Call<T> call) throws InterruptedException {
    Instant began = clock.instant();
    try {
      T answer = call.make();
      failing = failing.filter(now -> now.isWrite() && !isWrite);
      return answer;
    } catch (ApiException e) {
      failing =
          e.isPreconditionFailed() || e.isNotFound()
              ? Optional.empty()
              : Optional.of(
                  new Failing(
                      isWrite || failing.filter(Failing::isWrite).isPresent(),
                      failing.map(Failing::since).orElse(began),
                      e.code() == ApiException.NO_ANSWER
                          ? String.valueOf(e.getMessage())
                          : "the API server answers " + e.status()));
      throw e;
    }
  }

  /** Clears the holder of the Lease, so that another worker need not wait until it expires. */
  void release(ObservedLease held, Duration timeout) throws InterruptedException {
    String now = MICRO_TIME.format(clock.instant());
    ObjectNode spec = Json.mapper().createObjectNode();
    spec.put("holderIdentity", "");
    spec.put("leaseDurationSeconds", 1);
    spec.put("acquireTime", now);
    spec.put("renewTime", now);
    spec.put("leaseTransitions", held.transitions());
    write(api(timeout), Optional.of(held), spec);
  }

  @Override
  public String toString() {
    return "Lease %s/%s (%s)".formatted(identity.namespace(), identity.lease(), identity.holder());
  }

  private ObservedLease write(ClusterApi api, Optional<ObservedLease> over, ObjectNode spec)
      throws InterruptedException {
    ObjectNode lease = Json.mapper().createObjectNode();
    lease.put("apiVersion", "coordination.k8s.io/v1").put("kind", "Lease");
    ObjectNode metadata = lease.putObject("metadata");
    metadata.put("name", identity.lease()).put("namespace", identity.namespace());
    metadata.put(
        "resourceVersion", over.map(ObservedLease::resourceVersion).orElse(ClusterApi.ABSENT));
    over.map(ObservedLease::uid)
        .filter(uid -> !uid.isEmpty())
        .ifPresent(uid -> metadata.put("uid", uid));
    lease.set("spec", spec);
    return ObservedLease.of(api.apply(path(), lease, true));
  }

  private String path() {
    return "/apis/coordination.k8s.io/v1/namespaces/%s/leases/%s"
        .formatted(identity.namespace(), identity.lease());
  }

  private boolean isTime(String text) {
    return text.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z");
  }
}
