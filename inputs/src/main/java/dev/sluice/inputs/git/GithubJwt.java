package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.GithubApp;
import dev.sluice.contract.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * Signed claim to be a GitHub App, a JSON Web Token (RFC 7519) by RS256.
 *
 * @see <a
 *     href="https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app">Generating
 *     a JSON Web Token (JWT) for a GitHub App</a>
 */
final class GithubJwt {

  /** GitHub recommends a start in the past, because clocks differ. */
  private static final Duration CLOCK_DRIFT = Duration.ofSeconds(60);

  /** GitHub refuses tokens that expire later than in ten minutes. */
  private static final Duration LIFETIME = Duration.ofMinutes(9);

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private GithubJwt() {}

  /**
   * Returns the token; the app's key is read now, because it may have been rotated.
   *
   * @throws IllegalStateException if the key cannot be read or is not an RSA key; the message has
   *     the location only
   */
  static String sign(GithubApp app, Instant now) {
    String claims =
        Json.mapper()
            .createObjectNode()
            .put("iat", now.minus(CLOCK_DRIFT).getEpochSecond())
            .put("exp", now.plus(LIFETIME).getEpochSecond())
            .put("iss", app.appId())
            .toString();
    String signed = part("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + part(claims);
    PrivateKey key = PemKey.read(app.privateKey());
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "the key at %s cannot sign for a GitHub App: give the RSA key that GitHub generated"
              .formatted(app.privateKey()),
          e);
    }
  }

  private static String part(String json) {
    return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
