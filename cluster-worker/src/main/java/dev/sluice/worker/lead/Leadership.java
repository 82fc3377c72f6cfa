package dev.sluice.worker.lead;

import dev.sluice.worker.api.ClusterApi;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds, or waits for, the Lease that makes a worker the active one of its cluster. When the lead
 * is lost it stands by and tries again.
 */
public final class Leadership implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Leadership.class);

  private final KubernetesClient client;
  private final AppliedLease lock;
  private final LeaseTimes times;
  private final Candidate candidate;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final ExecutorService calls =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("lease").daemon().factory());
  private final Thread thread;
  private volatile CompletableFuture<Void> resigned = new CompletableFuture<>();

  /** Who is told. Called by threads of this class, one at a time. */
  public interface Candidate {

    /** The lead is ours. Must return at once. */
    void lead();

    /** It no longer is. Returns when nothing is written any more. */
    void stop();
  }

  private Leadership(
      KubernetesClient client, AppliedLease lock, LeaseTimes times, Candidate candidate) {
    this.client = client;
    this.lock = lock;
    this.times = times;
    this.candidate = candidate;
    this.thread = Thread.ofPlatform().name("leadership").daemon().unstarted(this::run);
  }

  /**
   * Starts trying to take the lead.
   *
   * @param candidate is told, by one thread at a time
   */
  public static Leadership start(
      KubernetesClient client, Identity identity, LeaseTimes times, Candidate candidate) {
    Leadership leadership =
        new Leadership(
            client,
            new AppliedLease(
                new ClusterApi(client, times.renewDeadline()),
                identity.namespace(),
                identity.lease(),
                identity.holder()),
            times,
            candidate);
    leadership.thread.start();
    return leadership;
  }

  /**
   * Which Lease, and who wants it.
   *
   * @param namespace of the Lease; made when it is missing
   * @param holder unlike that of any other worker
   */
  public record Identity(String namespace, String lease, String holder) {}

  /** Gives up the lead if it is held, and tries for it again. Returns at once. */
  public void resign() {
    resigned.complete(null);
  }

  /** Gives up the lead, so that another worker need not wait for the Lease to run out. */
  @Override
  public void close() {
    closing.countDown();
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    calls.shutdownNow();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (closing.getCount() > 0) {
      CompletableFuture<Void> resignation = new CompletableFuture<>();
      resigned = resignation;
      CompletableFuture<?> election = elector().start();
      try {
        CompletableFuture.anyOf(election, resignation).get();
      } catch (InterruptedException e) {
        log.atDebug().log("closing");
      } catch (ExecutionException | CancellationException | CompletionException e) {
        log.atWarn().setCause(e).log("the election for {} failed", lock.describe());
      }
      // what runs ends first, then the Lease is let go
      lost();
      election.cancel(true);
      pause();
    }
  }

  private LeaderElector elector() {
    return new LeaderElector(
        client,
        new LeaderElectionConfig(
            lock,
            times.duration(),
            times.renewDeadline(),
            times.retryPeriod(),
            new LeaderCallbacks(this::won, this::lost, this::seen),
            true,
            lock.describe()),
        calls);
  }

  private synchronized void won() {
    log.atInfo().log("took the lead: {}", lock.describe());
    candidate.lead();
  }

  private void seen(String holder) {
    if (!holder.equals(lock.identity())) {
      log.atInfo().log("{} is held by {}", lock.describe(), holder);
    }
  }

  private synchronized void lost() {
    candidate.stop();
  }

  private void pause() {
    try {
      boolean unused = closing.await(times.retryPeriod().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
