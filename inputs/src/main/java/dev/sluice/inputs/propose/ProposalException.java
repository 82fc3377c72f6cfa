package dev.sluice.inputs.propose;

/** No applications can be proposed for a repository; the message says why and what to do. */
public final class ProposalException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ProposalException(String message) {
    super(message);
  }
}
