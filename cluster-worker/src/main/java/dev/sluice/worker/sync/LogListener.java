package dev.sluice.worker.sync;

import dev.sluice.contract.event.Envelope;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Who is told what the sync topic holds. Called by the reader's thread only; must not block. */
public interface LogListener {

  /**
   * The topic was read to what was its end when reading began.
   *
   * @param history by application, what the topic still holds, generations rising; the last one is
   *     what the application should be
   * @param refused whose sources are refused
   */
  void caughtUp(Map<ApplicationName, List<LogEntry>> history, Collection<RefusedSources> refused);

  /** A record that came after that, newer than all before about its application. */
  void received(LogEntry entry, SyncEvent payload);

  /** The sources of an application are refused, and may claim something else than its target. */
  void refused(RefusedSources sources);

  /** The sources of an application are not refused any more. */
  void accepted(ApplicationName application);

  /** Someone asks something, and the topic was read to its end. */
  void asked(Envelope<QuestionEvent> question);

  /**
   * A record that cannot be read. The reader goes on behind it.
   *
   * @param trace that it belongs to
   */
  void damaged(OriginalRecord original, TraceParent trace, String reason);

  /** A record of an unknown type. The reader has stopped before it. */
  void stopped(String ceType, long offset);

  /** The reader has stopped for a reason that is not one record's. */
  void failed(Throwable cause);
}
