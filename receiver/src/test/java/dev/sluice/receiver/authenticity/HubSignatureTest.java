package dev.sluice.receiver.authenticity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.receiver.request.RequestHeaders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubSignatureTest {

  // the example of GitHub's documentation
  private static final String SECRET = "It's a Secret to Everybody";
  private static final byte[] BODY = "Hello, World!".getBytes(UTF_8);
  private static final String HEX =
      "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

  private final HubSignature signature = of(SECRET);

  @Test
  void acceptsTheDocumentedExample() {
    assertThat(accepts(signature, "X-Hub-Signature-256", "sha256=" + HEX, BODY)).isTrue();
    assertThat(accepts(signature, "x-hub-signature-256", "sha256=" + HEX, BODY)).isTrue();
  }

  @Test
  void refusesAnotherBodyOrSecret() {
    byte[] other = "Hello, World?".getBytes(UTF_8);
    assertThat(accepts(signature, "X-Hub-Signature-256", "sha256=" + HEX, other)).isFalse();
    assertThat(accepts(of("another"), "X-Hub-Signature-256", "sha256=" + HEX, BODY)).isFalse();
  }

  @Test
  void acceptsEveryLiveSecret() {
    HubSignature rotating =
        new HubSignature(
            "X-Hub-Signature-256", List.of("next".getBytes(UTF_8), SECRET.getBytes(UTF_8)));

    assertThat(accepts(rotating, "X-Hub-Signature-256", "sha256=" + HEX, BODY)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sha256=",
        HEX,
        "sha1=" + HEX,
        "sha256=" + HEX + "00",
        "sha256=7571",
        " sha256=" + HEX,
        "sha256=" + HEX + ", sha256=" + HEX,
        "sha256=zz7107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
      })
  void refusesAnyOtherFormBeforeTheBodyIsRead(String value) {
    assertThat(signature.begin(headers("X-Hub-Signature-256", value))).isEmpty();
  }

  @Test
  void refusesSha1Only() {
    assertThat(signature.begin(headers("X-Hub-Signature", "sha1=" + HEX.substring(0, 40))))
        .isEmpty();
  }

  @Test
  void refusesADoubledHeader() {
    RequestHeaders doubled =
        RequestHeaders.of(
            List.of(
                Map.entry("X-Hub-Signature-256", "sha256=" + HEX),
                Map.entry("x-hub-signature-256", "sha256=" + HEX)));

    assertThat(signature.begin(doubled)).isEmpty();
  }

  @Test
  void needsAKeyThatIsNotEmpty() {
    assertThatThrownBy(() -> of("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new HubSignature("X-Hub-Signature-256", List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static HubSignature of(String secret) {
    return new HubSignature("X-Hub-Signature-256", List.of(secret.getBytes(UTF_8)));
  }

  private static RequestHeaders headers(String name, String value) {
    return RequestHeaders.of(List.of(Map.entry(name, value)));
  }

  private static boolean accepts(Authenticator by, String name, String value, byte[] body) {
    return by.begin(headers(name, value)).orElseThrow().accepts(body);
  }
}
