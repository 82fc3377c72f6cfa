package dev.sluice.contract.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChainLinkTest {

  private static final String DIGEST =
      RecordDigest.of("k", "v".getBytes(UTF_8), new RecordHeaders()).toString();

  @Test
  void aLinkIsReadFromItsHeader() {
    ChainLink link = new ChainLink("00000000000000ff", 17, Optional.of(DIGEST), List.of(3L, 5L));
    Headers headers = new RecordHeaders();
    link.addTo(headers);
    assertThat(ChainLink.of(headers)).contains(link);
    assertThat(link).hasToString("00000000000000ff/17/" + DIGEST + "/3,5");
  }

  @Test
  void aListOfFailedRecordsIsLimited() {
    String link = "00000000000000ff/0/-/" + "1,".repeat(ChainLink.MAX_FAILED - 1) + "1";
    assertThat(ChainLink.parse(link).orElseThrow().failed()).hasSize(ChainLink.MAX_FAILED);
    assertThat(ChainLink.parse(link + ",1")).isEmpty();
    assertThat(ChainLink.parse("00000000000000ff/0/-/" + "1,".repeat(100_000) + "1")).isEmpty();
  }

  @Test
  void theFirstRecordHasNoneBefore() {
    ChainLink link = new ChainLink("00000000000000ff", 0, Optional.empty(), List.of());
    assertThat(link).hasToString("00000000000000ff/0/-");
    assertThat(ChainLink.parse(link.toString())).contains(link);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00000000000000ff/0",
        "00000000000000ff/1/-",
        "ff/0/-",
        "00000000000000ff/-1/-",
        "00000000000000ff/99999999999999999999/-",
        "00000000000000ff/0/-/",
        "00000000000000ff/0/-/x"
      })
  void anythingElseIsNoLink(String text) {
    assertThat(ChainLink.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1_000, 1024 * 1024 - 1, 1024 * 1024, 2_000_000})
  void theDigestOfALargeRecordHasTheSamePartsInTheSameOrder(int size) throws Exception {
    byte[] value = new byte[size];
    new Random(1).nextBytes(value);
    ByteBuffer expected = ByteBuffer.allocate(size + 100);
    for (byte[] part : List.of("key".getBytes(UTF_8), value)) {
      expected.putInt(part.length).put(part);
    }
    expected.putInt(1).putInt(1).put((byte) 'h').putInt(-1);

    Headers headers = new RecordHeaders();
    headers.add("h", null);
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update(expected.flip());
    assertThat(RecordDigest.of("key", value, headers))
        .hasToString(Base64.getUrlEncoder().withoutPadding().encodeToString(sha.digest()));
  }

  @Test
  void theDigestTellsPartsApart() {
    Headers none = new RecordHeaders();
    assertThat(RecordDigest.of("a", "bc".getBytes(UTF_8), none))
        .isNotEqualTo(RecordDigest.of("ab", "c".getBytes(UTF_8), none));
    assertThat(RecordDigest.of("a", null, none))
        .isNotEqualTo(RecordDigest.of("a", new byte[0], none));
    assertThat(RecordDigest.of("a", null, new RecordHeaders().add("h", new byte[0])))
        .isNotEqualTo(RecordDigest.of("a", null, none));
  }
}
