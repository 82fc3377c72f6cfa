package dev.sluice.receiver.authenticity;

import dev.sluice.receiver.request.RequestHeaders;
import java.util.Optional;

/**
 * Decides whether a request comes from who knows a secret. In two steps, so that a request whose
 * headers already cannot be right is refused before its body is read.
 */
public interface Authenticator {

  /** The check that the body has to pass; empty if the headers alone show that it cannot. */
  Optional<BodyCheck> begin(RequestHeaders headers);

  /** The second step. */
  interface BodyCheck {

    /**
     * Whether the body is authentic. Looks at every live secret whatever the first ones say.
     *
     * @param body the raw bytes as they came
     */
    boolean accepts(byte[] body);
  }
}
