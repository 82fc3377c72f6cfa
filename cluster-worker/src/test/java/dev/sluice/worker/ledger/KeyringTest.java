package dev.sluice.worker.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.ledger.Keyring.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyringTest {

  private static final ApplicationName WEB = new ApplicationName("web");
  private static final byte[] FIRST = "the first key has 32 bytes......".getBytes(UTF_8);
  private static final byte[] SECOND = "the second key has 32 bytes.....".getBytes(UTF_8);
  private static final byte[] CONTENT = "{\"generation\":5}".getBytes(UTF_8);

  private final Keyring ring = Keyring.of(List.of(FIRST), false);
  private final String signature = ring.sign("default", WEB, CONTENT);

  @Test
  void verifiesItsOwnSignature() {
    assertThat(ring.verify("default", WEB, CONTENT, signature)).isEqualTo(Verdict.CURRENT);
  }

  @Test
  void bindsTheContentTheApplicationAndTheInstallation() {
    byte[] other = "{\"generation\":6}".getBytes(UTF_8);

    assertThat(ring.verify("default", WEB, other, signature)).isEqualTo(Verdict.ALTERED);
    assertThat(ring.verify("default", new ApplicationName("api"), CONTENT, signature))
        .isEqualTo(Verdict.ALTERED);
    assertThat(ring.verify("other", WEB, CONTENT, signature)).isEqualTo(Verdict.ALTERED);
  }

  @Test
  void verifiesWithThePreviousKeyAndSignsWithTheCurrentOne() {
    Keyring rotated = Keyring.of(List.of(SECOND, FIRST), false);

    assertThat(rotated.verify("default", WEB, CONTENT, signature)).isEqualTo(Verdict.PREVIOUS);
    assertThat(rotated.verify("default", WEB, CONTENT, rotated.sign("default", WEB, CONTENT)))
        .isEqualTo(Verdict.CURRENT);
    assertThat(ring.verify("default", WEB, CONTENT, rotated.sign("default", WEB, CONTENT)))
        .isEqualTo(Verdict.UNKNOWN_KEY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "v1:", "v1:0123456789abcdef:", "v2:0123456789abcdef:AAAA", "v1::AAAA"})
  void treatsAnUnknownSignatureFormatAsAnUnknownKey(String text) {
    assertThat(ring.verify("default", WEB, CONTENT, text)).isEqualTo(Verdict.UNKNOWN_KEY);
    assertThat(ring.verify("default", WEB, CONTENT, "")).isEqualTo(Verdict.UNSIGNED);
  }

  @ParameterizedTest
  @EnumSource
  void neverTrustsAlteredLedgersAndTrustsUnknownKeysOnlyWhileAdopting(Verdict verdict) {
    Keyring adopting = Keyring.of(List.of(FIRST), true);

    switch (verdict) {
      case CURRENT, PREVIOUS -> assertThat(ring.trusts(verdict)).isTrue();
      case UNSIGNED, UNKNOWN_KEY -> {
        assertThat(ring.trusts(verdict)).isFalse();
        assertThat(adopting.trusts(verdict)).isTrue();
        assertThat(adopting.adopted().trusts(verdict)).isFalse();
      }
      case ALTERED -> {
        assertThat(ring.trusts(verdict)).isFalse();
        assertThat(adopting.trusts(verdict)).isFalse();
      }
    }
  }

  @Test
  void doesNotShowItsKeys() {
    assertThat(ring.toString()).doesNotContain("first");
    assertThat(signature).doesNotContain("first");
  }
}
