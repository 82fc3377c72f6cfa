package dev.sluice.worker.report;

import dev.sluice.platform.process.SupervisedLoop;

/** Thrown when a result could not be written, so that the reported step must not count as done. */
public final class ReportException extends Exception implements SupervisedLoop.OutsideCause {

  private static final long serialVersionUID = 1L;

  public ReportException(String message, Throwable cause) {
    super(message, cause);
  }
}
