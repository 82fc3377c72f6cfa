package dev.sluice.standalone.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.proof.ChainLink;
import dev.sluice.contract.proof.CheckpointSigner;
import dev.sluice.contract.proof.RangeDigests;
import dev.sluice.contract.proof.RecordDigest;
import dev.sluice.contract.proof.SignedText;
import dev.sluice.standalone.proof.LogFinding.Kind;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** A log of two writers, twelve records of which the first nine are in three checkpoints. */
class PartitionProofTest {

  private static final String ONE = "00000000000000a1";
  private static final String TWO = "00000000000000b2";
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final KeyPair pair = keys();
  private final CheckpointSigner signer = new CheckpointSigner("2026", pair.getPrivate());
  private final Map<String, RecordDigest> ends = new HashMap<>();
  private final Map<String, Long> numbers = new HashMap<>();
  private final List<ConsumerRecord<String, byte[]>> log = new ArrayList<>();
  private final List<Checkpoint> checkpoints = new ArrayList<>();
  private Map<String, PublicKey> known = Map.of("2026", pair.getPublic());
  private boolean compacted;
  private boolean complete = true;
  private long start;
  private ProofReport report = new ProofReport(true, NOON);

  PartitionProofTest() {
    for (int i = 0; i < 12; i++) {
      // as after transactions, not each offset has a record
      append(i % 3 == 0 ? ONE : TWO, i * 2L, "key-" + i % 4, "value " + i, List.of());
      if (i == 2 || i == 5 || i == 8) {
        checkpoint(i * 2 + 2);
      }
    }
  }

  @Test
  void anUnchangedLogHasNoFindings() {
    assertThat(check()).isEmpty();
  }

  @Test
  void anAlteredRecordIsNamed() {
    for (int i = 0; i < 9; i++) {
      ConsumerRecord<String, byte[]> original = log.get(i);
      log.set(i, altered(original));
      assertThat(kinds()).as("record %d", i).containsExactly(Kind.ALTERED + " " + i * 2);
      log.set(i, original);
    }
  }

  @Test
  void aRecordWithAnAlteredHeaderIsNamed() {
    log.get(4).headers().add("ce_subject", "other".getBytes(UTF_8));
    assertThat(kinds()).containsExactly("ALTERED 8");
  }

  @Test
  void anAlteredRecordAfterTheLastCheckpointIsFoundByItsChain() {
    log.set(9, altered(log.get(9)));
    // of chain ONE it is the last record: nothing names its digest
    assertThat(kinds()).isEmpty();
    log.set(10, altered(log.get(10)));
    assertThat(kinds()).containsExactly("ALTERED 20");
  }

  @Test
  void aMissingRecordIsNamed() {
    for (int i = 0; i < 9; i++) {
      ConsumerRecord<String, byte[]> original = log.remove(i);
      assertThat(kinds()).as("record %d", i).contains(Kind.MISSING + " " + i * 2);
      log.add(i, original);
    }
    log.remove(10);
    assertThat(check())
        .singleElement()
        .hasToString(
            "missing     t/0, offset 22: before it, record 6 of chain 00000000000000b2 is missing,"
                + " or the send failed just before its producer ended");
  }

  @Test
  void aRecordThatItsWriterReportedAsFailedIsNotMissing() {
    numbers.merge(TWO, 2L, Long::sum);
    append(TWO, 24, "key", "after two failures", List.of(8L, 9L));
    append(TWO, 26, "key", "next", List.of());
    assertThat(check()).isEmpty();
    numbers.merge(TWO, 1L, Long::sum);
    append(TWO, 28, "key", "after a lost one", List.of());
    assertThat(kinds()).containsExactly("MISSING 28");
  }

  @Test
  void aFailedSendBeforeACheckpointIsNotMissing() {
    numbers.merge(TWO, 1L, Long::sum);
    append(TWO, 24, "key", "after a failure that no link names", List.of());
    assertThat(kinds()).containsExactly("MISSING 24");
    checkpoint(26);
    assertThat(check()).isEmpty();
  }

  @Test
  void aRecordWithoutALinkThatWasSignedIsNoFinding() {
    log.add(new ConsumerRecord<>("t", 0, 24, "key-1", "old version".getBytes(UTF_8)));
    assertThat(kinds()).containsExactly("INSERTED 24");
    checkpoint(26);
    assertThat(check()).isEmpty();
  }

  @Test
  void recordsWhoseCheckpointsHaveExpiredAreNoFinding() {
    checkpoints.removeFirst();
    complete = false;
    assertThat(check()).isEmpty();
    assertThat(report.summary())
        .contains(
            "3 records are older than the oldest checkpoint that the broker still has, and are not"
                + " proven");
  }

  @Test
  void deletedSignedRecordsAreCounted() {
    start = 9;
    log.removeIf(record -> record.offset() < start);
    assertThat(check()).isEmpty();
    assertThat(report.summary())
        .contains(
            "5 signed records are before the beginnings of their partitions: retention has deleted"
                + " them, or somebody has (kafka-delete-records)");
    // no retention removes records of a compacted topic
    compacted = true;
    log.removeIf(record -> record.key().equals("key-2"));
    assertThat(kinds()).contains("MISSING 4");
  }

  @Test
  void recordsThatShouldBeSignedLeaveTheProofIncomplete() {
    assertThat(check()).isEmpty();
    assertThat(report.isComplete()).isFalse();
    assertThat(report.summary())
        .last()
        .isEqualTo("t/0 has records of 1970-01-01T00:00:00Z that are in no checkpoint");
    checkpoint(24);
    assertThat(check()).isEmpty();
    assertThat(report.isComplete()).isTrue();
    checkpoints.clear();
    assertThat(check()).isEmpty();
    assertThat(report.isComplete()).isFalse();
    assertThat(report.summary()).last().isEqualTo("t/0 has records and no checkpoint");
  }

  @Test
  void insertedRecordsAreNamed() {
    log.add(3, new ConsumerRecord<>("t", 0, 5, "key-1", "forged".getBytes(UTF_8)));
    assertThat(kinds()).containsExactly("INSERTED 5");
    log.remove(3);
    // a copy of a record, with its chain
    log.add(copy(log.get(10), 30));
    assertThat(kinds()).containsExactly("INSERTED 30");
  }

  @Test
  void reorderedRecordsAreNamed() {
    ConsumerRecord<String, byte[]> first = log.get(3);
    ConsumerRecord<String, byte[]> second = log.get(4);
    log.set(3, copy(second, first.offset()));
    log.set(4, copy(first, second.offset()));
    // they are of different writers: only the checkpoint knows their order
    assertThat(kinds()).containsExactly("REORDERED 6", "REORDERED 8");
  }

  @Test
  void reorderedRecordsOfAWriterAfterTheLastCheckpointAreNamed() {
    ConsumerRecord<String, byte[]> first = log.get(10);
    ConsumerRecord<String, byte[]> second = log.get(11);
    log.set(10, copy(second, first.offset()));
    log.set(11, copy(first, second.offset()));
    assertThat(kinds()).contains("REORDERED 22");
  }

  @Test
  void whatRetentionDeletedIsNotMissing() {
    start = 9;
    log.removeIf(record -> record.offset() < start);
    assertThat(check()).isEmpty();
    log.removeFirst();
    assertThat(kinds()).contains("MISSING 10");
  }

  @Test
  void whatCompactionRemovedIsNotMissing() {
    compacted = true;
    ConsumerRecord<String, byte[]> original = log.remove(1);
    assertThat(check()).isEmpty();
    log.add(1, original);
    // the newest record of a key stays
    log.removeIf(record -> record.key().equals("key-1"));
    assertThat(kinds()).contains("MISSING 2", "MISSING 10");
  }

  @Test
  void aCutLogIsFound() {
    log.subList(7, log.size()).clear();
    assertThat(kinds()).containsExactly("MISSING 14", "MISSING 16");
  }

  @Test
  void alteredAndMissingCheckpointsAreNamed() {
    Checkpoint second = checkpoints.get(1);
    checkpoints.set(1, withUntil(second, second.until() + 1));
    assertThat(kinds())
        .contains("CHECKPOINT 6", "CHECKPOINT 12", "UNCOVERED 6", "UNCOVERED 8", "UNCOVERED 10");
    checkpoints.remove(1);
    assertThat(check())
        .extracting(LogFinding::message)
        .contains(
            "the checkpoint of 2026-01-01T12:00:00Z does not continue the one of"
                + " 2026-01-01T12:00:00Z: one is missing, or was replaced");
    checkpoints.set(0, second);
    assertThat(check())
        .extracting(LogFinding::message)
        .contains("the checkpoint of 2026-01-01T12:00:00Z continues one that is missing");
  }

  @Test
  void aCheckpointThatAnotherKeySignedIsInvalid() {
    CheckpointSigner forger = new CheckpointSigner("2026", keys().getPrivate());
    RangeDigests digests = new RangeDigests(18);
    checkpoints.add(
        forger.sign(
            "t", 0, 18, 24, digests, Optional.of(SignedText.digest(checkpoints.getLast())), NOON));
    assertThat(kinds()).containsExactly("CHECKPOINT 18");
  }

  @Test
  void keysRotate() {
    KeyPair next = keys();
    CheckpointSigner later = new CheckpointSigner("2027", next.getPrivate());
    checkpoint(24, later);
    assertThat(CheckpointChain.check("t/0", checkpoints, true, known).unknownKeys())
        .containsExactly("2027");
    known = Map.of("2026", pair.getPublic(), "2027", next.getPublic());
    assertThat(check()).isEmpty();
    log.set(11, altered(log.get(11)));
    assertThat(kinds()).containsExactly("ALTERED 22");
  }

  @Test
  void recordsOfEarlierVersionsAreCountedButNotFound() {
    log.addFirst(new ConsumerRecord<>("t", 0, -1, "key", "old".getBytes(UTF_8)));
    ChainCheck chains = new ChainCheck("t/0", true, false);
    log.forEach(record -> chains.add(ReadRecord.of(record)));
    assertThat(chains.findings(new CheckpointCheck("t/0", List.of(), true))).isEmpty();
    assertThat(chains.unchained()).isEqualTo(1);
  }

  private List<LogFinding> check() {
    report = new ProofReport(true, NOON);
    CheckpointChain chain = CheckpointChain.check("t/0", checkpoints, complete, known);
    ChainCheck chains = new ChainCheck("t/0", start == 0, compacted);
    CheckpointCheck ranges = new CheckpointCheck("t/0", chain.usable(), complete);
    for (ConsumerRecord<String, byte[]> record : log) {
      chains.add(ReadRecord.of(record));
      ranges.add(ReadRecord.of(record));
    }
    report.add(
        "t/0", chains, ranges, chain, ranges.findings(start, new Kept(compacted, !compacted)));
    return report.findings();
  }

  /** Returns kind and offset of what was found. */
  private Stream<String> kindsOf(List<LogFinding> findings) {
    return findings.stream().map(finding -> finding.kind() + " " + finding.offset());
  }

  private List<String> kinds() {
    return kindsOf(check()).toList();
  }

  private void append(String chain, long offset, String key, String value, List<Long> failed) {
    long number = numbers.getOrDefault(chain, 0L);
    ChainLink link =
        new ChainLink(
            chain, number, Optional.ofNullable(ends.get(chain)).map(Object::toString), failed);
    RecordHeaders headers = new RecordHeaders();
    headers.add("ce_type", "x".getBytes(UTF_8));
    link.addTo(headers);
    ConsumerRecord<String, byte[]> record = record(offset, key, value.getBytes(UTF_8), headers);
    log.add(record);
    numbers.put(chain, number + 1);
    ends.put(chain, RecordDigest.of(record.key(), record.value(), record.headers()));
  }

  private void checkpoint(long until) {
    checkpoint(until, signer);
  }

  private void checkpoint(long until, CheckpointSigner by) {
    Optional<Checkpoint> last =
        checkpoints.isEmpty() ? Optional.empty() : Optional.of(checkpoints.getLast());
    long from = last.map(Checkpoint::until).orElse(0L);
    RangeDigests digests = new RangeDigests(from);
    for (ConsumerRecord<String, byte[]> record : log) {
      if (record.offset() >= from && record.offset() < until) {
        digests.add(
            record.offset(),
            RecordDigest.of(record.key(), record.value(), record.headers()),
            record.key());
      }
    }
    checkpoints.add(by.sign("t", 0, from, until, digests, last.map(SignedText::digest), NOON));
  }

  private static Checkpoint withUntil(Checkpoint one, long until) {
    return new Checkpoint(
        one.topic(),
        one.partition(),
        one.from(),
        until,
        one.records(),
        one.digests(),
        one.previous(),
        one.at(),
        one.signer(),
        one.signature());
  }

  private static ConsumerRecord<String, byte[]> altered(ConsumerRecord<String, byte[]> record) {
    byte[] value = record.value().clone();
    value[0] ^= 1;
    return record(record.offset(), record.key(), value, new RecordHeaders(record.headers()));
  }

  private static ConsumerRecord<String, byte[]> copy(
      ConsumerRecord<String, byte[]> record, long offset) {
    return record(offset, record.key(), record.value(), new RecordHeaders(record.headers()));
  }

  private static ConsumerRecord<String, byte[]> record(
      long offset, String key, byte[] value, RecordHeaders headers) {
    return new ConsumerRecord<>(
        "t",
        0,
        offset,
        0,
        TimestampType.CREATE_TIME,
        key.length(),
        value.length,
        key,
        value,
        headers,
        Optional.empty());
  }

  private static KeyPair keys() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
