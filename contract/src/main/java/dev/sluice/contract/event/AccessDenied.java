package dev.sluice.contract.event;

import java.util.Optional;

/**
 * The API refused a request because it does not know the caller: a wrong token, or a command
 * without a token. It is for readers of the audit log only, and so in {@code results}, whose
 * readers skip types that they do not know. All of them have the same key. Their number is limited.
 *
 * @param method the request's HTTP method
 * @param path the request's path
 * @param asked the command that was asked for and the applications that it names; absent if the
 *     request was none for a command, or an invalid one
 * @param reason why it was refused
 * @param address the network address that the request came from: that of the last proxy, if there
 *     is one
 * @param userAgent the program that sent it, as it calls itself; cut to 200 characters
 * @param unrecorded the number of refused requests since the last such event of the process, of
 *     which there is no event
 */
public record AccessDenied(
    String method,
    String path,
    Optional<String> asked,
    String reason,
    Optional<String> address,
    Optional<String> userAgent,
    long unrecorded)
    implements Event {

  private static final String KEY = "api/access";

  @Override
  public String key() {
    return KEY;
  }
}
