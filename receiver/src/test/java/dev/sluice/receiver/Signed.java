package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.name.Forge;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs deliveries like the forges. */
final class Signed {

  private Signed() {}

  static String github(String secret, byte[] body) {
    return "sha256=" + hex(secret, body);
  }

  /**
   * Returns the authentication header of a forge.
   *
   * @param json the JSON in the body
   * @param raw the body: the JSON itself, or a form with it
   */
  static Map<String, String> as(Forge forge, String secret, byte[] json, byte[] raw) {
    return switch (forge) {
      case GITHUB -> Map.of("X-Hub-Signature-256", github(secret, raw));
      case BITBUCKET_CLOUD, BITBUCKET_DATA_CENTER -> Map.of("X-Hub-Signature", github(secret, raw));
      case GENERIC -> Map.of("X-Sluice-Signature", github(secret, raw));
      case GITLAB -> Map.of("X-Gitlab-Token", secret);
      case GITEA -> Map.of("X-Gitea-Signature", hex(secret, json));
      case FORGEJO -> Map.of("X-Forgejo-Signature", hex(secret, json));
      case GOGS -> Map.of("X-Gogs-Signature", hex(secret, json));
      case AZURE_DEVOPS ->
          Map.of(
              "Authorization",
              "Basic " + Base64.getEncoder().encodeToString(secret.getBytes(UTF_8)));
    };
  }

  private static String hex(String secret, byte[] bytes) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
