package dev.sluice.worker.report;

/** A result could not be handed to the broker, so what it reports must not count as done. */
public final class ReportException extends Exception {

  private static final long serialVersionUID = 1L;

  public ReportException(String message, Throwable cause) {
    super(message, cause);
  }
}
