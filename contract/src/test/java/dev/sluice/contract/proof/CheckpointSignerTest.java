package dev.sluice.contract.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.proof.RangeDigests.Entry;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class CheckpointSignerTest {

  // made by: openssl genpkey -algorithm ed25519; openssl pkey -pubout
  private static final String PRIVATE =
      """
      -----BEGIN PRIVATE KEY-----
      MC4CAQAwBQYDK2VwBCIEILxCj7IqLTwA29brLlEL6rWJSkvL3hfRyxo6yd9YRlVN
      -----END PRIVATE KEY-----
      """;

  private static final String PUBLIC =
      """
      -----BEGIN PUBLIC KEY-----
      MCowBQYDK2VwAyEAxSNJ8fE8jrYiSaIUXdmmjXEz3fcl9Ia3YvD3NIAk93Q=
      -----END PUBLIC KEY-----
      """;

  private static final String OTHER =
      """
      -----BEGIN PUBLIC KEY-----
      MCowBQYDK2VwAyEAxhZ1Lhdwp0SZyhXo2yBKWENXcE3KGAEMx1TEuHtYLJA=
      -----END PUBLIC KEY-----
      """;

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final CheckpointSigner signer =
      new CheckpointSigner("2026", SigningKeys.privateKey(PRIVATE));

  @Test
  void rangesAreReadAsTheyWereWritten() {
    RangeDigests digests = new RangeDigests(100);
    digests.add(100, digest("a"), "a");
    digests.add(227, digest("b"), "b");
    digests.add(100_000_000_000L, digest("c"), null);
    assertThat(RangeDigests.decode(100, digests.encoded()))
        .containsExactly(
            Entry.of(100, digest("a"), "a"),
            Entry.of(227, digest("b"), "b"),
            Entry.of(100_000_000_000L, digest("c"), null));
  }

  @Test
  void damagedRangesAreRefused() {
    for (String damaged :
        new String[] {"AQ==", "AA==", "/////////////w==", "gICAgICAgICAgICA", "!"}) {
      assertThatThrownBy(() -> RangeDigests.decode(0, damaged))
          .as(damaged)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aSignatureIsOfEachField() {
    Checkpoint signed = checkpoint(Optional.of("previous"));
    assertThat(SigningKeys.isSigned(signed, SigningKeys.publicKey(PUBLIC))).isTrue();
    for (Checkpoint changed :
        new Checkpoint[] {
          changed(signed, "other", 0, 0, 8, signed.digests(), signed.previous(), NOON, "2026"),
          changed(signed, "t", 1, 0, 8, signed.digests(), signed.previous(), NOON, "2026"),
          changed(signed, "t", 0, 1, 8, signed.digests(), signed.previous(), NOON, "2026"),
          changed(signed, "t", 0, 0, 9, signed.digests(), signed.previous(), NOON, "2026"),
          changed(signed, "t", 0, 0, 8, "", signed.previous(), NOON, "2026"),
          changed(signed, "t", 0, 0, 8, signed.digests(), Optional.empty(), NOON, "2026"),
          changed(
              signed,
              "t",
              0,
              0,
              8,
              signed.digests(),
              signed.previous(),
              NOON.plusMillis(1),
              "2026"),
          changed(signed, "t", 0, 0, 8, signed.digests(), signed.previous(), NOON, "2027")
        }) {
      assertThat(SigningKeys.isSigned(changed, SigningKeys.publicKey(PUBLIC)))
          .as(changed.toString())
          .isFalse();
    }
  }

  @Test
  void anotherKeyHasAnotherSignature() {
    assertThat(SigningKeys.isSigned(checkpoint(Optional.empty()), SigningKeys.publicKey(OTHER)))
        .isFalse();
  }

  @Test
  void otherTextsAreNoKeys() {
    assertThatThrownBy(() -> SigningKeys.privateKey(PUBLIC))
        .hasMessage("it is not in PEM, with -----BEGIN PRIVATE KEY----- before it");
    assertThatThrownBy(() -> SigningKeys.publicKey("secret words"))
        .hasMessageNotContaining("secret words");
    assertThatThrownBy(
            () ->
                SigningKeys.privateKey(
                    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
        .hasMessage("it is not a private Ed25519 key");
  }

  private Checkpoint checkpoint(Optional<String> previous) {
    RangeDigests digests = new RangeDigests(0);
    digests.add(3, digest("a"), "a");
    return signer.sign("t", 0, 0, 8, digests, previous, NOON);
  }

  private static Checkpoint changed(
      Checkpoint signed,
      String topic,
      int partition,
      long from,
      long until,
      String digests,
      Optional<String> previous,
      Instant at,
      String key) {
    return new Checkpoint(
        topic,
        partition,
        from,
        until,
        signed.records(),
        digests,
        previous,
        at,
        key,
        signed.signature());
  }

  private static RecordDigest digest(String value) {
    return RecordDigest.of(value, value.getBytes(UTF_8), new RecordHeaders());
  }
}
