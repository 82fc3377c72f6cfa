package dev.sluice.contract.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The objects that inputs may render to, for inputs that have not been rendered or cannot be.
 *
 * <p>Nothing is rendered to an object whose kind, namespace and name do not come from somewhere:
 * the kind is a word of the inputs (or there is a generator of it), the namespace is the
 * application's or made of words of the inputs, and so is the name. Each part of a name, between
 * its separators, is one word or a few words joined (prefixes, suffixes), a number, or a hash; in
 * templates also the beginning of a word (truncation).
 *
 * <p>The answer errs towards yes. Names that a template computes letter by letter are not foreseen.
 *
 * @param namespace of the application
 * @param words in lower case; none if nothing is rendered
 * @param templated whether names may be cut off
 * @param generated whether names may carry a hash
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

  /** Returns no objects. */
  public static PossibleObjects none() {
    return new PossibleObjects("", new TreeSet<>(), false, false, false);
  }

  /** Returns all objects, for inputs that cannot be read. */
  public static PossibleObjects any(String namespace) {
    return new PossibleObjects(namespace, new TreeSet<>(), true, true, true);
  }

  /** Returns what a record of the sync topic may render to; a removal renders to nothing. */
  public static PossibleObjects of(SyncEvent event) {
    return switch (event) {
      case SyncEvent.Removal _ -> none();
      case SyncEvent.Target target -> {
        PossibleObjectsReader reader = new PossibleObjectsReader(target.spec().namespace());
        reader.read(target.application().value());
        reader.read(target.cluster().value());
        boolean plugins = target.spec().policy().allowsPlugins();
        target.sources().forEach(source -> reader.read(source, plugins));
        yield reader.result();
      }
    };
  }

  /** Returns a digest: equal ones are of the same objects. */
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

  /** Returns whether there may be this object. */
  public boolean mayHave(ObjectRef object) {
    return anything
        || (mayHaveKind(object.kind())
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
