package dev.sluice.contract.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * A record's link to the record that the same producer wrote before it to the same partition. Each
 * producer has a chain of its own in each partition, as several may write to one.
 *
 * <p>As a header: {@code CHAIN/SEQUENCE/PREVIOUS}, such as {@code 3f9a0c5e7b21d846/17/pmWk...}, and
 * {@code /FAILED,FAILED} after it, if there are failed ones. Without a record before it, {@code
 * PREVIOUS} is {@code -}.
 *
 * @param chain the producer: 16 hex digits, chosen at random when it starts
 * @param sequence the number of the record in this chain and partition, from 0
 * @param previous the digest of the record before it; absent for the first
 * @param failed the numbers of records for which the producer got an error instead of an
 *     acknowledgement, and which may be absent from the log; each is named once
 */
public record ChainLink(String chain, long sequence, Optional<String> previous, List<Long> failed) {

  /** The name of the header. */
  public static final String HEADER = "chain";

  /** The largest number of failed records that a link names. */
  public static final int MAX_FAILED = 100;

  private static final Pattern FORM =
      Pattern.compile(
          "([0-9a-f]{16})/(\\d{1,18})/(-|[A-Za-z0-9_-]{%d})(?:/([0-9,]{1,%d}))?"
              .formatted(RecordDigest.TEXT, MAX_FAILED * 19));

  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

  public ChainLink {
    failed = List.copyOf(failed);
    if ((sequence == 0) != previous.isEmpty()) {
      throw new IllegalArgumentException("only the first record of a chain has none before it");
    }
  }

  /** Returns the link of a record; empty if the record has none, or an invalid one. */
  public static Optional<ChainLink> of(Headers headers) {
    Header header = headers.lastHeader(HEADER);
    return header == null || header.value() == null
        ? Optional.empty()
        : parse(new String(header.value(), UTF_8));
  }

  static Optional<ChainLink> parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    long sequence = Long.parseLong(parts.group(2));
    Optional<String> previous = Optional.of(parts.group(3)).filter(digest -> !digest.equals("-"));
    if ((sequence == 0) != previous.isEmpty()) {
      return Optional.empty();
    }
    List<String> failed =
        parts.group(4) == null ? List.of() : List.of(parts.group(4).split(",", -1));
    if (failed.size() > MAX_FAILED
        || !failed.stream().allMatch(number -> NUMBER.matcher(number).matches())) {
      return Optional.empty();
    }
    return Optional.of(
        new ChainLink(
            parts.group(1), sequence, previous, failed.stream().map(Long::valueOf).toList()));
  }

  /** Adds the link to the headers of its record. */
  public void addTo(Headers headers) {
    headers.add(HEADER, toString().getBytes(UTF_8));
  }

  @Override
  public String toString() {
    String link = chain + "/" + sequence + "/" + previous.orElse("-");
    return failed.isEmpty()
        ? link
        : link + "/" + failed.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
