package dev.sluice.worker.protect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.process.Backoff;
import dev.sluice.platform.process.Containment;
import dev.sluice.platform.process.FailureLog;
import dev.sluice.platform.process.ThreadEnd;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.protect.ProtectionPolicy.Placed;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Installs the policy, its binding and its parameters when a protection changes, and deletes them
 * after the last one. Applications are applied whether or not that succeeds.
 *
 * <p>Without a change there is no request, but for a check at the start of a session, and at long
 * intervals while applications are protected.
 */
public final class ProtectionLoop implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ProtectionLoop.class);
  private static final String REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
  private static final int FORBIDDEN = 403;

  private final Access access;
  private final ProtectionConfig config;
  private final ProtectionPolicy policy;
  private final Protections protections;
  private final Times times;
  private final FailureLog failures = new FailureLog(log, "protection");
  private final Thread thread;
  private final Map<String, ObjectNode> installed = new HashMap<>();
  private boolean checked;
  private Optional<String> user = Optional.empty();
  private int attempts;
  private volatile int inForce;
  private volatile Optional<String> problem = Optional.empty();

  /** The cluster, and what reads and writes it with the worker's own permissions. */
  public record Access(
      ClusterName cluster, ClusterApi api, Discovery discovery, Containment containment) {}

  /**
   * Times of the loop.
   *
   * @param retry the delays after failures
   * @param check the time after which the objects are written again although nothing changed
   */
  public record Times(Backoff retry, Duration check) {}

  private ProtectionLoop(
      Access access,
      ProtectionConfig config,
      ProtectionPolicy policy,
      Protections protections,
      Times times) {
    this.access = access;
    this.config = config;
    this.policy = policy;
    this.protections = protections;
    this.times = times;
    this.thread = Thread.ofVirtual().name("protection-" + access.cluster()).unstarted(this::run);
  }

  /**
   * Starts the loop; the newest targets of all applications are known.
   *
   * @param namespace of the parameters
   */
  public static ProtectionLoop start(
      Access access,
      String namespace,
      String installation,
      ProtectionConfig config,
      Protections protections,
      Times times) {
    ProtectionLoop loop =
        new ProtectionLoop(
            access,
            config,
            new ProtectionPolicy(namespace, installation, config),
            protections,
            times);
    loop.thread.start();
    return loop;
  }

  /** Returns the number of applications whose protection is installed. */
  public int inForce() {
    return inForce;
  }

  /** Returns why applications that ask for protection have none; empty if they have. */
  public Optional<String> problem() {
    return problem;
  }

  @Override
  public void close() {
    ThreadEnd.repeatUntilEnded(thread, thread::interrupt);
  }

  private void run() {
    try {
      while (true) {
        if (!protections.awaitChange(turn()) && inForce > 0) {
          forget(); // somebody may have changed what is installed
        }
      }
    } catch (InterruptedException e) {
      // the session ends
    }
  }

  /** Has the next turn write, or delete, whatever was installed before. */
  private void forget() {
    checked = false;
    installed.clear();
  }

  /** Installs what is wanted now; returns how long to wait for a change. */
  private Duration turn() throws InterruptedException {
    String subject = "the protection of the applications of " + access.cluster();
    try {
      install(protections.wanted());
      failures.succeeded(subject);
      attempts = 0;
      return times.check();
    } catch (ApiException e) {
      forget();
      failures.failed(subject, e);
      String remedy = e.code() == FORBIDDEN ? "; k8s/protection has the rights for it" : "";
      problem = Optional.of("%s failed: %s%s".formatted(subject, e.described(), remedy));
    } catch (RuntimeException | Error e) {
      forget();
      access.containment().failed("protection", access.cluster(), e);
    }
    return times.retry().after(++attempts);
  }

  private void install(Wanted wanted) throws InterruptedException {
    if (!config.enabled()) {
      uninstallIfPermitted();
      notice(
          !protections.asking().isEmpty()
              ? Optional.of(
                  "applications have policy.protect, but the worker runs without --protect")
              : Optional.empty());
    } else if (wanted.isEmpty()) {
      uninstall();
      notice(Optional.empty());
    } else if (isServed()) {
      write(wanted);
      notice(Optional.empty());
    } else {
      notice(
          Optional.of(
              "applications have policy.protect, but the API server does not serve %s in %s"
                      .formatted(ProtectionPolicy.KIND, ProtectionPolicy.GROUP_VERSION)
                  + " (Kubernetes 1.30 or newer)"));
    }
  }

  private boolean isServed() throws InterruptedException {
    return access
        .discovery()
        .find(ProtectionPolicy.GROUP_VERSION, ProtectionPolicy.KIND)
        .isPresent();
  }

  private void write(Wanted wanted) throws InterruptedException {
    checked = true;
    for (Placed each : policy.objects(wanted, user())) {
      if (!each.object().equals(installed.get(each.path()))) {
        var unused = access.api().apply(each.path(), each.object(), true);
        installed.put(each.path(), each.object());
      }
    }
    inForce = wanted.applications().size();
  }

  /** Returns the name of the worker's user. */
  private String user() throws InterruptedException {
    if (user.isEmpty()) {
      ObjectNode review = Json.mapper().createObjectNode();
      review.put("apiVersion", "authentication.k8s.io/v1").put("kind", "SelfSubjectReview");
      user =
          Optional.of(
              access.api().create(REVIEWS, review).at("/status/userInfo/username").asText());
    }
    return user.get();
  }

  /** Deletes what an earlier worker has installed; one without protection may lack the rights. */
  private void uninstallIfPermitted() throws InterruptedException {
    try {
      uninstall();
    } catch (ApiException e) {
      if (e.code() != FORBIDDEN) {
        throw e;
      }
      checked = true;
    }
  }

  /** Deletes the objects. The policy is the last, since it shows whether there are others. */
  private void uninstall() throws InterruptedException {
    if (checked && installed.isEmpty()) {
      return;
    }
    if (access.api().get(policy.policyPath()).isPresent()) {
      for (String path :
          List.of(policy.bindingPath(), policy.parametersPath(), policy.policyPath())) {
        delete(path);
      }
      log.atInfo()
          .addKeyValue("cluster", access.cluster())
          .log("the protection of applications is deleted, as none asks for it");
    }
    installed.clear();
    checked = true;
    inForce = 0;
  }

  private void delete(String path) throws InterruptedException {
    Optional<ObjectNode> found = access.api().get(path);
    if (found.isEmpty()) {
      return;
    }
    var metadata = found.get().path("metadata");
    try {
      access
          .api()
          .delete(path, metadata.path("uid").asText(), metadata.path("resourceVersion").asText());
    } catch (ApiException e) {
      if (!e.isNotFound()) {
        throw e;
      }
    }
  }

  /** Logs a reason why there is no protection, once. */
  private void notice(Optional<String> now) {
    if (now.isPresent()) {
      inForce = 0;
      if (!now.equals(problem)) {
        log.atWarn().addKeyValue("cluster", access.cluster()).log("{}", now.get());
      }
    }
    problem = now;
  }
}
