package dev.sluice.dispatcher.generate;

import dev.sluice.contract.name.CommitId;
import dev.sluice.inputs.git.SourceTree;

/** Repositories as generators see them. */
public interface GeneratorTrees {

  /** No repository is given, as in a check without them. */
  GeneratorTrees NONE = _ -> new Answer.NotGiven();

  /** Knowledge about a ref. */
  sealed interface Answer {

    /** The files at the ref's commit. */
    record At(CommitId commit, SourceTree tree) implements Answer {}

    /** The repository is being fetched for the first time. */
    record Pending() implements Answer {}

    /**
     * The repository cannot be read, and never was by this process.
     *
     * @param reason what, where and what to do
     */
    record Unavailable(String reason) implements Answer {}

    /** The reader has no repositories. */
    record NotGiven() implements Answer {}
  }

  /** Returns what is known of a ref. */
  Answer of(GeneratorSource source);
}
