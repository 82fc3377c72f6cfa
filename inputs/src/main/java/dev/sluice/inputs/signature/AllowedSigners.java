package dev.sluice.inputs.signature;

import dev.sluice.contract.failure.SourceFailure;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Trusted SSH keys, in OpenSSH's form of allowed signers. As for Git, any line with the key counts,
 * whoever its principals are. Lines that cannot be read trust nobody.
 *
 * @see <a href="https://man.openbsd.org/ssh-keygen#ALLOWED_SIGNERS">the format</a>
 */
final class AllowedSigners {

  /** Trusts nobody. */
  static final AllowedSigners NONE = new AllowedSigners(ZoneOffset.UTC);

  private static final String NAMESPACE = "git";

  /** A word, which may have quoted parts with spaces, and the rest of the line. */
  private static final Pattern WORD = Pattern.compile("((?:\"[^\"]*\"|[^\\s\"])++)(?:\\s+(.*))?");

  private static final Pattern KEY_TYPE =
      Pattern.compile("(ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+");
  private static final Pattern OPTION =
      Pattern.compile("([A-Za-z-]+)(?:=\"([^\"]*)\")?(?:,(?=.)|$)");
  private static final Pattern TIME = Pattern.compile("(\\d{8})(\\d{4})?(\\d{2})?(Z)?");
  private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuuMMddHHmmss");

  /**
   * A line.
   *
   * @param namespaces patterns of the uses that the key is for; empty for all
   * @param after the time from which the key is valid
   * @param before the time until which it is valid
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(
      String principals,
      byte[] key,
      Optional<String> namespaces,
      Optional<Instant> after,
      Optional<Instant> before) {}

  private final List<Entry> entries = new ArrayList<>();

  /** Problems with the numbers of their lines, without the lines' content. */
  private final List<String> problems = new ArrayList<>();

  private final ZoneId zone;

  private AllowedSigners(ZoneId zone) {
    this.zone = zone;
  }

  /**
   * Parses lines.
   *
   * @param zone of times without a {@code Z}
   */
  static AllowedSigners parse(String text, ZoneId zone) {
    AllowedSigners signers = new AllowedSigners(zone);
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        try {
          signers.entries.add(signers.entry(line));
        } catch (IllegalArgumentException | DateTimeException e) {
          signers.problems.add("line %d %s".formatted(i + 1, e.getMessage()));
        }
      }
    }
    return signers;
  }

  int size() {
    return entries.size();
  }

  /** Returns what is wrong with lines that are ignored; empty if there are none. */
  Optional<String> problems() {
    return problems.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.join(", ", problems.subList(0, Math.min(3, problems.size())))
                + (problems.size() > 3 ? " and %d more".formatted(problems.size() - 3) : ""));
  }

  /**
   * Returns the principals of a trusted key. It must be valid both at the time of the commit, which
   * its author chooses, and now.
   *
   * @param key in the form of SSH's protocol
   * @param name of the key, for messages
   */
  String principals(byte[] key, String name, Instant time, Instant now) throws UnverifiedException {
    Optional<UnverifiedException> refusal = Optional.empty();
    for (Entry entry : entries) {
      if (Arrays.equals(entry.key(), key)) {
        Optional<UnverifiedException> refused = refusal(entry, name, time, now);
        if (refused.isEmpty()) {
          return entry.principals();
        }
        refusal = refused;
      }
    }
    throw refusal.orElseGet(
        () ->
            new UnverifiedException(
                SourceFailure.UNKNOWN_SIGNER,
                "is signed with %s, which is not trusted".formatted(name)));
  }

  private static Optional<UnverifiedException> refusal(
      Entry entry, String name, Instant time, Instant now) {
    if (entry.namespaces().filter(patterns -> !isForGit(patterns)).isPresent()) {
      return Optional.of(
          new UnverifiedException(
              SourceFailure.UNKNOWN_SIGNER,
              "is signed with %s, whose namespaces do not have \"%s\"".formatted(name, NAMESPACE)));
    }
    if (entry.after().filter(time::isBefore).isPresent()) {
      return Optional.of(
          expired(
              "is dated %s and signed with %s, which is valid after %s",
              time, name, entry.after()));
    }
    if (entry.before().filter(time::isAfter).isPresent()) {
      return Optional.of(
          expired(
              "is dated %s and signed with %s, which is valid before %s",
              time, name, entry.before()));
    }
    if (entry.after().filter(now::isBefore).isPresent()) {
      return Optional.of(
          expired(
              "is dated %s and signed with %s, which is not valid before %s",
              time, name, entry.after()));
    }
    if (entry.before().filter(now::isAfter).isPresent()) {
      return Optional.of(
          expired(
              "is dated %s and signed with %s, which has expired since, at %s",
              time, name, entry.before()));
    }
    return Optional.empty();
  }

  private static UnverifiedException expired(
      String message, Instant time, String name, Optional<Instant> bound) {
    return new UnverifiedException(
        SourceFailure.SIGNATURE_EXPIRED, message.formatted(time, name, bound.orElseThrow()));
  }

  private Entry entry(String line) {
    Matcher principals = word(line);
    Matcher next = word(principals.group(2));
    boolean hasOptions = !KEY_TYPE.matcher(next.group(1)).matches();
    String options = hasOptions ? next.group(1) : "";
    Matcher type = hasOptions ? word(next.group(2)) : next;
    Matcher key = word(type.group(2));
    Optional<String> namespaces = Optional.empty();
    Optional<Instant> after = Optional.empty();
    Optional<Instant> before = Optional.empty();
    Matcher option = OPTION.matcher(options);
    int end = 0;
    while (end < options.length() && option.find(end) && option.start() == end) {
      String value = option.group(2);
      switch (option.group(1).toLowerCase(Locale.ROOT)) {
        case "namespaces" -> namespaces = Optional.of(required(value));
        case "valid-after" -> after = Optional.of(time(required(value)));
        case "valid-before" -> before = Optional.of(time(required(value)));
        case "cert-authority" ->
            throw new IllegalArgumentException(
                "has a certificate authority, which is not supported: list the keys themselves");
        default -> throw new IllegalArgumentException("has an unknown option");
      }
      end = option.end();
    }
    if (end < options.length()) {
      throw new IllegalArgumentException("has malformed options");
    }
    return new Entry(
        principals.group(1).replace("\"", ""),
        SshSignature.key(type.group(1), decoded(key.group(1))),
        namespaces,
        after,
        before);
  }

  private static Matcher word(String text) {
    Matcher word = WORD.matcher(text == null ? "" : text);
    if (!word.matches()) {
      throw new IllegalArgumentException("is not 'PRINCIPALS [OPTIONS] TYPE KEY'");
    }
    return word;
  }

  private static String required(String value) {
    if (value == null) {
      throw new IllegalArgumentException("has an option without its value in quotes");
    }
    return value;
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("has a key that is not Base64", e);
    }
  }

  private Instant time(String text) {
    Matcher time = TIME.matcher(text);
    if (!time.matches()) {
      throw new IllegalArgumentException("has a time that is not YYYYMMDD[HHMM[SS]][Z]");
    }
    String clock = Optional.ofNullable(time.group(2)).orElse("0000");
    String seconds = Optional.ofNullable(time.group(3)).orElse("00");
    return LocalDateTime.parse(time.group(1) + clock + seconds, SECONDS)
        .atZone(time.group(4) == null ? zone : ZoneOffset.UTC)
        .toInstant();
  }

  /** Returns whether a list of patterns, of which some may be negated, matches Git's namespace. */
  private static boolean isForGit(String patterns) {
    boolean matches = false;
    for (String pattern : patterns.split(",", -1)) {
      boolean negated = pattern.startsWith("!");
      if (glob(negated ? pattern.substring(1) : pattern).matcher(NAMESPACE).matches()) {
        if (negated) {
          return false;
        }
        matches = true;
      }
    }
    return matches;
  }

  private static Pattern glob(String pattern) {
    StringBuilder expression = new StringBuilder();
    pattern
        .strip()
        .chars()
        .forEach(
            c ->
                expression.append(
                    switch (c) {
                      case '*' -> ".*";
                      case '?' -> ".";
                      default -> Pattern.quote(Character.toString(c));
                    }));
    return Pattern.compile(expression.toString());
  }
}
