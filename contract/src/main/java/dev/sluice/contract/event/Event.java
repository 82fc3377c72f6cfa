package dev.sluice.contract.event;

/** An event on one of Sluice's topics. */
public sealed interface Event
    permits ChangeEvent,
        SyncEvent,
        SourcesEvent,
        QuestionEvent,
        ResultEvent,
        DeadLetterEvent,
        StateRecord,
        SuspensionEvent,
        Heartbeat,
        Heartbeat.LedgerReport,
        Checkpoint,
        AccessDenied {

  /**
   * Returns the key of the record that carries this event; it decides about compaction and
   * partition.
   */
  String key();
}
