package dev.sluice.inputs.signature;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A commit or tag, separated into its signature and the bytes that are signed.
 *
 * @param payload the bytes that are signed
 * @param signature in ASCII armor; empty if there is none
 * @param time of the committer or tagger; empty if a tag has none
 * @param tagName the name within a tag; empty for a commit
 * @see <a href="https://git-scm.com/docs/gitformat-signature">gitformat-signature</a>
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SignedData(
    byte[] payload, Optional<String> signature, Optional<Instant> time, Optional<String> tagName) {

  private static final int MAX_SIGNATURE = 64 << 10;
  private static final String SIGNATURE = "gpgsig ";

  /** Signature of the same commit in a repository of the other object format. */
  private static final String OTHER_SIGNATURE = "gpgsig-sha256 ";

  /**
   * The headers that every commit begins with. In another order, Git and JGit read other parents
   * than those that are signed.
   */
  private static final Pattern FIRST_HEADERS =
      Pattern.compile(
          "tree [0-9a-f]{40}\n(?:parent [0-9a-f]{40}\n)*+author [^\n]*+\ncommitter [^\n]*+\n");

  private static final Pattern TIME = Pattern.compile(".*> (\\d{1,11}) [+-]\\d{1,6}");
  private static final Pattern TAG_SIGNATURE =
      Pattern.compile("(?m)^-----BEGIN (PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)");

  private enum Header {
    PAYLOAD,
    SIGNATURE,
    OTHER_SIGNATURE
  }

  /** Separates a commit. */
  static SignedData commit(byte[] raw) throws UnverifiedException {
    String text = new String(raw, ISO_8859_1); // keeps each byte
    if (!FIRST_HEADERS.matcher(text).lookingAt()) {
      throw UnverifiedException.invalid(
          "does not begin with the headers tree, parent, author and committer, in this order");
    }
    int body = endOfHeaders(text);
    StringBuilder payload = new StringBuilder();
    StringBuilder signature = new StringBuilder();
    Header header = Header.PAYLOAD;
    for (String line : text.substring(0, body).split("(?<=\n)", -1)) {
      if (!line.startsWith(" ")) {
        header = header(line);
        if (header == Header.SIGNATURE && !signature.isEmpty()) {
          throw UnverifiedException.invalid("has more than one signature");
        }
      }
      switch (header) {
        case PAYLOAD -> payload.append(line);
        case SIGNATURE ->
            signature.append(line, line.startsWith(" ") ? 1 : SIGNATURE.length(), line.length());
        case OTHER_SIGNATURE -> {}
      }
    }
    Optional<Instant> time = time(payload.toString(), "committer ");
    return of(
        payload.append(text, body, text.length()).toString(),
        signature.toString(),
        time,
        Optional.empty());
  }

  /** Separates a tag, whose signature follows the message. */
  static SignedData tag(byte[] raw) throws UnverifiedException {
    String text = new String(raw, ISO_8859_1);
    int signature = text.length();
    Matcher begin = TAG_SIGNATURE.matcher(text);
    while (begin.find()) {
      signature = begin.start();
    }
    String payload = text.substring(0, signature);
    String headers = payload.substring(0, endOfHeaders(payload));
    return of(payload, text.substring(signature), time(headers, "tagger "), value(headers, "tag "));
  }

  private static SignedData of(
      String payload, String signature, Optional<Instant> time, Optional<String> tagName)
      throws UnverifiedException {
    if (signature.length() > MAX_SIGNATURE) {
      throw UnverifiedException.invalid("has a signature of more than 64 KiB");
    }
    return new SignedData(
        payload.getBytes(ISO_8859_1),
        Optional.of(signature).filter(text -> !text.isEmpty()),
        time,
        tagName);
  }

  private static Header header(String line) {
    if (line.startsWith(SIGNATURE)) {
      return Header.SIGNATURE;
    }
    return line.startsWith(OTHER_SIGNATURE) ? Header.OTHER_SIGNATURE : Header.PAYLOAD;
  }

  private static int endOfHeaders(String text) {
    int blank = text.indexOf("\n\n");
    return blank < 0 ? text.length() : blank + 1;
  }

  private static Optional<Instant> time(String headers, String name) {
    return value(headers, name)
        .map(TIME::matcher)
        .filter(Matcher::matches)
        .map(time -> Instant.ofEpochSecond(Long.parseLong(time.group(1))));
  }

  /** Returns the value of the first header of a name; only a line feed ends a header. */
  private static Optional<String> value(String headers, String name) {
    return Stream.of(headers.split("\n", -1))
        .filter(line -> line.startsWith(name))
        .findFirst()
        .map(line -> line.substring(name.length()));
  }
}
