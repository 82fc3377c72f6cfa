package dev.sluice.receiver.authenticity;

import dev.sluice.receiver.request.RequestHeaders;
import java.util.Optional;

/**
 * Authentication of a request by a shared secret, in two steps, so that a request whose headers
 * cannot be authentic is refused before its body is read.
 */
public interface Authenticator {

  /**
   * Returns the check that the body has to pass, or empty if the headers alone show that it cannot.
   */
  Optional<BodyCheck> begin(RequestHeaders headers);

  /** Second step: the check of the body. */
  interface BodyCheck {

    /**
     * Returns whether the body is authentic. Compares with every live secret, regardless of earlier
     * results.
     *
     * @param body the raw bytes as received
     */
    boolean accepts(byte[] body);
  }
}
