package dev.sluice.contract.event;

/** Anything that is written to a topic. */
public sealed interface Event
    permits ChangeEvent,
        SyncEvent,
        SourcesEvent,
        QuestionEvent,
        ResultEvent,
        DeadLetterEvent,
        StateRecord {

  /** The key of the record that carries this event: what compaction and partitioning go by. */
  String key();
}
