package dev.sluice.worker.sync;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Receives the records of the sync topic, in the reader's thread only. Must not block. */
public interface LogListener {

  /**
   * Called when the topic was read up to its end at the start, and again until the listener takes
   * the history. Records that come in between are added to it.
   *
   * @param history the records that the topic still holds, by application, generations rising; the
   *     last one is the desired state
   * @param refused applications whose sources are refused
   * @return whether the listener has taken the history
   */
  boolean caughtUp(
      Map<ApplicationName, List<LogEntry>> history, Collection<RefusedSources> refused);

  /** Called for each later record that is newer than all before of its application. */
  void received(LogEntry entry, SyncEvent payload);

  /**
   * Called when an application's sources are refused, so that it may claim other objects than its
   * target.
   */
  void refused(RefusedSources sources);

  /** Called when an application's sources are no longer refused. */
  void accepted(ApplicationName application);

  /** Called for each suspension and its end, also while the topic is read at the start. */
  void suspended(SuspensionEvent suspension);

  /** Called for each question, once the topic was read to its end. */
  void asked(Envelope<QuestionEvent> question);

  /**
   * Called for a record that cannot be read. The reader continues after it.
   *
   * @param trace that it belongs to
   */
  void damaged(OriginalRecord original, TraceParent trace, String reason);

  /** Called when the reader has stopped before a record of an unknown type. */
  void stopped(String ceType, long offset);

  /** Called when the reader has stopped for a reason that no single record caused. */
  void failed(Throwable cause);
}
