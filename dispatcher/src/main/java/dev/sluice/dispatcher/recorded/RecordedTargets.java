package dev.sluice.dispatcher.recorded;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.dispatcher.archive.ArchiveException;
import dev.sluice.dispatcher.archive.TargetArchive;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.process.LargePayloads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reader of targets that were sent before. The topic of each cluster is read by a thread of its
 * own, once for all requests that wait for it. Every request gets an answer.
 */
public final class RecordedTargets implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RecordedTargets.class);

  private static final String INSTEAD = "sluice rollback sends its commit from Git";

  /** Number of targets that one search looks for, since it keeps what it finds. */
  private static final int TOGETHER = 16;

  /** Number of targets that are read from the archive at once. */
  private static final int FROM_ARCHIVE = 4;

  /** The time after which an answer does not count as in memory, even if nobody has handled it. */
  private static final Duration UNHANDLED = Duration.ofSeconds(30);

  private final KafkaConnection connection;
  private final Optional<TargetArchive> archive;
  private final LargePayloads payloads;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore archiveReads = new Semaphore(FROM_ARCHIVE);

  /** Requests that wait, for each cluster whose topic is being read. */
  private final Map<ClusterName, Deque<Request>> waiting = new HashMap<>();

  /**
   * Creates a reader.
   *
   * @param archive of the targets that the topics no longer have
   * @param payloads limits what the process has in memory
   */
  public RecordedTargets(
      KafkaConnection connection, Optional<TargetArchive> archive, LargePayloads payloads) {
    this.connection = connection;
    this.archive = archive;
    this.payloads = payloads;
  }

  private record Request(WantedTarget wanted, CompletableFuture<RecordedAnswer> answer) {}

  /**
   * Reads a target.
   *
   * @param limit of the time; then the target counts as unreadable
   * @return the answer, which is never exceptional
   */
  public CompletableFuture<RecordedAnswer> read(WantedTarget wanted, Duration limit) {
    Request request = new Request(wanted, new CompletableFuture<>());
    ClusterName cluster = wanted.cluster();
    boolean isFirst;
    synchronized (waiting) {
      isFirst = !waiting.containsKey(cluster);
      waiting.computeIfAbsent(cluster, _ -> new ArrayDeque<>()).add(request);
    }
    if (isFirst) {
      threads.execute(() -> run(cluster));
    }
    return request
        .answer()
        .completeOnTimeout(
            new RecordedAnswer.Unreadable(
                "%s could not be read within %d s; give the command again later"
                    .formatted(wanted.words(), limit.toSeconds())),
            limit.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void run(ClusterName cluster) {
    for (List<Request> next = next(cluster); !next.isEmpty(); next = next(cluster)) {
      search(cluster, next);
    }
  }

  /** Takes the next requests; if there are none, the thread for the cluster ends. */
  private List<Request> next(ClusterName cluster) {
    synchronized (waiting) {
      Deque<Request> queue = Objects.requireNonNull(waiting.get(cluster));
      List<Request> next = new ArrayList<>();
      while (next.size() < TOGETHER && !queue.isEmpty()) {
        next.add(queue.removeFirst());
      }
      if (next.isEmpty()) {
        waiting.remove(cluster);
      }
      return next;
    }
  }

  private void search(ClusterName cluster, List<Request> requests) {
    try {
      Map<WantedTarget, List<Request>> left =
          requests.stream()
              .collect(Collectors.groupingBy(Request::wanted, HashMap::new, Collectors.toList()));
      new SyncTopicSearch(connection, payloads)
          .find(
              cluster,
              Set.copyOf(left.keySet()),
              (wanted, event, room) -> {
                RecordedAnswer answer = answer(wanted, event, room);
                left.remove(wanted).forEach(request -> request.answer().complete(answer));
              });
      left.values()
          .forEach(
              all ->
                  all.forEach(
                      request -> {
                        if (archive.isPresent()) {
                          threads.execute(
                              () -> request.answer().complete(archived(request.wanted())));
                        } else {
                          request.answer().complete(unarchived(request.wanted()));
                        }
                      }));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the dispatcher stops
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      // every request is answered: commands wait for it
      log.atWarn()
          .addKeyValue("cluster", cluster)
          .setCause(e)
          .log("recorded targets cannot be read");
      requests.forEach(
          request ->
              request
                  .answer()
                  .complete(
                      new RecordedAnswer.Unreadable(
                          "%s cannot be read now (%s); give the command again later"
                              .formatted(
                                  connection.topics().sync(cluster),
                                  e.getClass().getSimpleName()))));
    }
  }

  private static RecordedAnswer answer(
      WantedTarget wanted, SyncEvent found, LargePayloads.Room room) {
    return switch (found) {
      case SyncEvent.Target target -> held(target, room);
      case SyncEvent.Removal _ -> {
        room.close();
        yield new RecordedAnswer.Missing(
            "%s is its removal, which has no inputs".formatted(wanted.words()));
      }
    };
  }

  /** Returns an answer that keeps its room until it is handled, or for a time. */
  private static RecordedAnswer held(SyncEvent.Target target, LargePayloads.Room room) {
    CompletableFuture.delayedExecutor(UNHANDLED.toMillis(), TimeUnit.MILLISECONDS)
        .execute(room::close);
    return new RecordedAnswer.Found(target, room);
  }

  private RecordedAnswer unarchived(WantedTarget wanted) {
    return new RecordedAnswer.Missing(
        "%s, and there is no archive (--archive); %s".formatted(gone(wanted), INSTEAD));
  }

  /** Returns the answer about a target that the topic no longer has. */
  private RecordedAnswer archived(WantedTarget wanted) {
    TargetArchive store = archive.orElseThrow();
    try {
      archiveReads.acquire();
      try {
        Optional<SyncEvent.Target> target =
            store
                .read(wanted.cluster(), wanted.application(), wanted.generation())
                .filter(wanted::is);
        return target.isPresent()
            ? held(target.get(), payloads.enter(target.get().filesSize()))
            : new RecordedAnswer.Missing(
                "%s, and %s does not have it; %s".formatted(gone(wanted), store, INSTEAD));
      } finally {
        archiveReads.release();
      }
    } catch (ArchiveException e) {
      return unarchived(wanted, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unarchived(wanted, "the dispatcher stops");
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      log.atWarn().setCause(e).log("{} cannot be read from the archive", wanted.words());
      return unarchived(wanted, e.getClass().getSimpleName());
    }
  }

  private RecordedAnswer unarchived(WantedTarget wanted, @Nullable String why) {
    return new RecordedAnswer.Unreadable(
        "%s, and cannot be read from the archive: %s".formatted(gone(wanted), why));
  }

  private String gone(WantedTarget wanted) {
    return "%s is no longer in %s, which keeps older generations only for its compaction lag"
        .formatted(wanted.words(), connection.topics().sync(wanted.cluster()));
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
