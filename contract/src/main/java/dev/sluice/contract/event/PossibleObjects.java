package dev.sluice.contract.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.name.ObjectId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Estimate of the objects that inputs may render to, for inputs that have not been or cannot be
 * rendered.
 *
 * <p>It relies on the fact that the kind, the namespace and the name of a rendered object come from
 * the inputs. The kind is a word in the inputs (or they have a generator of that kind); the
 * namespace is the application's or consists of words in the inputs; so does the name. Each part of
 * a name, between separators, is one word or a few words joined (prefixes, suffixes), a number, or
 * a hash; in templates also the beginning of a word (truncation).
 *
 * <p>It may report objects that are not rendered; it misses only names that a template computes
 * character by character.
 *
 * @param namespace the application's namespace
 * @param words the words in the inputs, in lower case; none if nothing is rendered
 * @param templated whether names may be truncated
 * @param generated whether names may have a hash suffix
 * @param anything whether any object is possible
 */
public record PossibleObjects(
    String namespace,
    NavigableSet<String> words,
    boolean templated,
    boolean generated,
    boolean anything) {

  private static final int MAX_PIECES = 4;
  private static final int LEAST_TRUNCATED = 4;
  private static final Pattern SEPARATORS = Pattern.compile("[^a-z0-9]+");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{5,64}|[2456789bcdfghkmt]{10}");
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");

  public PossibleObjects {
    words = Collections.unmodifiableNavigableSet(new TreeSet<>(words));
  }

  /** Returns an estimate without any object. */
  public static PossibleObjects none() {
    return new PossibleObjects("", new TreeSet<>(), false, false, false);
  }

  /** Returns an estimate with every object, for inputs that cannot be read. */
  public static PossibleObjects any(String namespace) {
    return new PossibleObjects(namespace, new TreeSet<>(), true, true, true);
  }

  /** Returns the objects that a record of the sync topic may render to; none for a removal. */
  public static PossibleObjects of(SyncEvent event) {
    return switch (event) {
      case SyncEvent.Removal _ -> none();
      case SyncEvent.Target target -> {
        PossibleObjectsReader reader = new PossibleObjectsReader(target.spec().namespace());
        reader.read(target.application().value());
        reader.read(target.cluster().value());
        if (target.spec().policy().createNamespace().isPresent()) {
          reader.read("Namespace " + target.spec().namespace());
        }
        boolean plugins = target.spec().policy().allowsPlugins();
        target.sources().forEach(source -> reader.read(source, plugins));
        yield reader.result();
      }
    };
  }

  /** Returns a digest by which two estimates can be compared. */
  public String digest() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(
          "%s %b %b %b".formatted(namespace, templated, generated, anything).getBytes(UTF_8));
      for (String word : words) {
        digest.update((byte) ' ');
        digest.update(word.getBytes(UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns whether the inputs may render to this object. */
  public boolean mayHave(ObjectId object) {
    return anything
        || (mayHaveKind(object.groupKind().kind())
            && mayHaveNamespace(object.namespace())
            && isMadeOfWords(object.name()));
  }

  private boolean mayHaveKind(String kind) {
    String word = kind.toLowerCase(Locale.ROOT);
    return words.contains(word)
        || words.contains(word + "list")
        || words.contains(word + "generator");
  }

  private boolean mayHaveNamespace(String name) {
    return name.isEmpty() || name.equals(namespace) || isMadeOfWords(name);
  }

  private boolean isMadeOfWords(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (String part : SEPARATORS.split(lower, -1)) {
      if (!part.isEmpty() && !isHash(part) && !isJoined(part, MAX_PIECES)) {
        return false;
      }
    }
    return true;
  }

  private boolean isHash(String part) {
    return (templated || generated)
        && (HASH.matcher(part).matches() || DIGITS.matcher(part).matches());
  }

  private boolean isJoined(String part, int pieces) {
    if (words.contains(part)) {
      return true;
    }
    if (templated && part.length() >= LEAST_TRUNCATED && isBeginning(part)) {
      return true;
    }
    if (pieces == 1) {
      return false;
    }
    for (int end = part.length() - 1; end > 0; end--) {
      String first = part.substring(0, end);
      boolean fits =
          words.contains(first)
              || (templated && first.length() >= LEAST_TRUNCATED && isBeginning(first));
      if (fits && isJoined(part.substring(end), pieces - 1)) {
        return true;
      }
    }
    return false;
  }

  private boolean isBeginning(String piece) {
    String next = words.ceiling(piece);
    return next != null && next.startsWith(piece);
  }
}
