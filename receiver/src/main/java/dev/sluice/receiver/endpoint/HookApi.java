package dev.sluice.receiver.endpoint;

import dev.sluice.contract.fleet.SecretReference;
import java.net.URI;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Address of an endpoint's webhook in GitHub's REST API, such as {@code
 * https://api.github.com/repos/OWNER/REPOSITORY/hooks/ID}.
 *
 * @param token needs the permission to read and write webhooks, and no other
 * @see <a href="https://docs.github.com/en/rest/repos/webhooks">GitHub: REST API endpoints for
 *     repository webhooks</a>
 * @see <a href="https://docs.github.com/en/rest/orgs/webhooks">GitHub: REST API endpoints for
 *     organization webhooks</a>
 */
public record HookApi(URI uri, SecretReference token) {

  private static final Pattern PATH =
      Pattern.compile("(/[a-z0-9.]+)*/(repos/[^/]+/[^/]+|orgs/[^/]+)/hooks/[0-9]+");
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  /**
   * Validates the address.
   *
   * @throws IllegalArgumentException if it is not the address of a webhook, or the token would be
   *     sent unencrypted
   */
  public HookApi {
    boolean clear = "http".equals(uri.getScheme()) && LOOPBACK.contains(uri.getHost());
    if ((!clear && !"https".equals(uri.getScheme()))
        || uri.getHost() == null
        || uri.getUserInfo() != null
        || uri.getQuery() != null
        || uri.getFragment() != null
        || !PATH.matcher(uri.getPath()).matches()) {
      throw new IllegalArgumentException(
          "expected hook as https://API/repos/OWNER/REPOSITORY/hooks/ID or"
              + " https://API/orgs/ORGANIZATION/hooks/ID");
    }
  }
}
