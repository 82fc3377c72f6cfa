package dev.sluice.inputs.signature;

import dev.sluice.contract.failure.SourceFailure;

/** A signature is missing or not accepted. The message continues the name of what is signed. */
final class UnverifiedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final SourceFailure code;

  UnverifiedException(SourceFailure code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** Creates the exception about a signature that does not verify. */
  static UnverifiedException invalid(String message) {
    return new UnverifiedException(SourceFailure.SIGNATURE_INVALID, message);
  }

  SourceFailure code() {
    return code;
  }
}
