package dev.sluice.receiver.authenticity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.receiver.request.RequestHeaders;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StandardWebhooksSignatureTest {

  // the reference vector of the Standard Webhooks libraries
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  private static final long SIGNED_AT = 1614265330;
  private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(UTF_8);

  @Test
  void acceptsTheReferenceVector() {
    assertThat(accepts(SIGNED_AT, SIGNATURE, BODY)).isTrue();
    assertThat(accepts(SIGNED_AT + 300, SIGNATURE, BODY)).isTrue();
    assertThat(accepts(SIGNED_AT - 300, SIGNATURE, BODY)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {301, -301, 1_000_000})
  void refusesATimestampBeyondTheTolerance(long offset) {
    assertThat(accepts(SIGNED_AT + offset, SIGNATURE, BODY)).isFalse();
  }

  @Test
  void acceptsOneOfSeveralSignatures() {
    String wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assertThat(accepts(SIGNED_AT, wrong + " v1a,abc v1,!! " + SIGNATURE, BODY)).isTrue();
    assertThat(accepts(SIGNED_AT, wrong, BODY)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "v1,",
        "v1,g0hM",
        "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
      })
  void refusesAnyOtherForm(String signature) {
    assertThat(at(SIGNED_AT).begin(headers(ID, SIGNED_AT, signature))).isEmpty();
  }

  @Test
  void coversIdTimestampAndBody() {
    assertThat(accepts(SIGNED_AT, SIGNATURE, "{}".getBytes(UTF_8))).isFalse();
    assertThat(begin(headers("msg_other", SIGNED_AT, SIGNATURE))).isFalse();
    assertThat(begin(headers(ID, SIGNED_AT + 1, SIGNATURE))).isFalse();
  }

  @Test
  void refusesAStrippedSignature() {
    RequestHeaders tokenOnly = RequestHeaders.of(List.of(Map.entry("X-Gitlab-Token", "token")));
    assertThat(at(SIGNED_AT).begin(tokenOnly)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "whsec_", "whsec_***", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
  void refusesAKeyOfAnotherFormWithoutQuotingIt(String secret) {
    assertThatThrownBy(() -> StandardWebhooksSignature.key(secret))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContainingAny("***", "MfKQ");
  }

  private static boolean begin(RequestHeaders headers) {
    return at(SIGNED_AT).begin(headers).map(check -> check.accepts(BODY)).orElse(false);
  }

  private static boolean accepts(long now, String signature, byte[] body) {
    return at(now)
        .begin(headers(ID, SIGNED_AT, signature))
        .map(check -> check.accepts(body))
        .orElse(false);
  }

  private static RequestHeaders headers(String id, long timestamp, String signature) {
    return RequestHeaders.of(
        List.of(
            Map.entry("webhook-id", id),
            Map.entry("webhook-timestamp", Long.toString(timestamp)),
            Map.entry("webhook-signature", signature)));
  }

  private static StandardWebhooksSignature at(long now) {
    return new StandardWebhooksSignature(
        List.of(StandardWebhooksSignature.key(SECRET)),
        Clock.fixed(Instant.ofEpochSecond(now), ZoneOffset.UTC));
  }
}
