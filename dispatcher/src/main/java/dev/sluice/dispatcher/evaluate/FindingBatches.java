package dev.sluice.dispatcher.evaluate;

import dev.sluice.dispatcher.decide.Finding;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.platform.process.LargePayloads;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the findings of an evaluation, and writes them whenever they fill a transaction. Not
 * thread-safe.
 */
final class FindingBatches {

  private static final int MAX_FINDINGS = 200;
  private static final long MAX_BYTES = 8L * 1024 * 1024;

  private final FindingBatch.Evaluated evaluated;
  private final Evaluation.Sink sink;
  private List<Finding> findings = new ArrayList<>();
  private long bytes;

  FindingBatches(FindingBatch.Evaluated evaluated, Evaluation.Sink sink) {
    this.evaluated = evaluated;
    this.sink = sink;
  }

  void add(Finding finding) throws InterruptedException {
    long size = finding.bytes();
    if (!findings.isEmpty() && (bytes + size > MAX_BYTES || findings.size() >= MAX_FINDINGS)) {
      write(false);
    }
    findings.add(finding);
    bytes += size;
    if (size > LargePayloads.SMALL) {
      write(false); // before the next one is loaded
    }
  }

  /** Writes the findings; without any only the last batch, which ends the evaluation. */
  void write(boolean last) throws InterruptedException {
    if (!findings.isEmpty() || last) {
      List<Finding> batch = findings;
      findings = new ArrayList<>();
      bytes = 0;
      sink.write(new FindingBatch(evaluated, batch, last));
    }
  }
}
