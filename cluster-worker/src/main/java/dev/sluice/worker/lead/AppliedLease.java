package dev.sluice.worker.lead;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Json;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A {@code coordination.k8s.io} Lease that makes its namespace when it is missing. Written like
 * everything else, by server-side apply at the uid and resourceVersion that were read. One thread
 * uses it at a time.
 */
final class AppliedLease implements Lock {

  private static final DateTimeFormatter MICRO_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'");

  private final ClusterApi api;
  private final String namespace;
  private final String name;
  private final String identity;
  private String uid = "";
  private String resourceVersion = "";

  AppliedLease(ClusterApi api, String namespace, String name, String identity) {
    this.api = api;
    this.namespace = namespace;
    this.name = name;
    this.identity = identity;
  }

  @Override
  public @Nullable LeaderElectionRecord get(KubernetesClient client) {
    Optional<ObjectNode> lease = call(() -> api.get(path()));
    if (lease.isEmpty()) {
      return null;
    }
    read(lease.get());
    JsonNode spec = lease.get().path("spec");
    return new LeaderElectionRecord(
        spec.path("holderIdentity").asText(""),
        Duration.ofSeconds(spec.path("leaseDurationSeconds").asLong()),
        time(spec.path("acquireTime")),
        time(spec.path("renewTime")),
        spec.path("leaseTransitions").asInt());
  }

  @Override
  public void create(KubernetesClient client, LeaderElectionRecord record) {
    uid = "";
    resourceVersion = ClusterApi.ABSENT;
    call(
        () -> {
          api.ensureNamespace(namespace);
          return write(record);
        });
  }

  @Override
  public void update(KubernetesClient client, LeaderElectionRecord record) {
    call(() -> write(record));
  }

  @Override
  public String identity() {
    return identity;
  }

  @Override
  public String describe() {
    return "Lease %s/%s (%s)".formatted(namespace, name, identity);
  }

  private ObjectNode write(LeaderElectionRecord record) throws InterruptedException {
    ObjectNode lease = Json.mapper().createObjectNode();
    lease.put("apiVersion", "coordination.k8s.io/v1").put("kind", "Lease");
    ObjectNode metadata = lease.putObject("metadata");
    metadata.put("name", name).put("namespace", namespace).put("resourceVersion", resourceVersion);
    if (!uid.isEmpty()) {
      metadata.put("uid", uid);
    }
    ObjectNode spec = lease.putObject("spec");
    spec.put("holderIdentity", record.getHolderIdentity());
    spec.put("leaseDurationSeconds", record.getLeaseDuration().toSeconds());
    spec.put("acquireTime", microTime(record.getAcquireTime()));
    spec.put("renewTime", microTime(record.getRenewTime()));
    spec.put("leaseTransitions", record.getLeaderTransitions());
    ObjectNode written = api.apply(path(), lease, true);
    read(written);
    return written;
  }

  private void read(JsonNode lease) {
    uid = lease.path("metadata").path("uid").asText("");
    resourceVersion = lease.path("metadata").path("resourceVersion").asText("");
  }

  private String path() {
    return "/apis/coordination.k8s.io/v1/namespaces/%s/leases/%s".formatted(namespace, name);
  }

  private static String microTime(ZonedDateTime time) {
    return MICRO_TIME.format(time.withZoneSameInstant(ZoneOffset.UTC));
  }

  private static @Nullable ZonedDateTime time(JsonNode text) {
    return text.isTextual() ? ZonedDateTime.parse(text.asText()) : null;
  }

  private static <T> T call(Call<T> call) {
    try {
      return call.run();
    } catch (ApiException e) {
      throw new KubernetesClientException(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KubernetesClientException("interrupted", e);
    }
  }

  private interface Call<T> {
    T run() throws InterruptedException;
  }
}
