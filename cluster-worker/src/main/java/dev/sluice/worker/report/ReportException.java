package dev.sluice.worker.report;

/** Thrown when a result could not be written, so that the reported step must not count as done. */
public final class ReportException extends Exception {

  private static final long serialVersionUID = 1L;

  public ReportException(String message, Throwable cause) {
    super(message, cause);
  }
}
