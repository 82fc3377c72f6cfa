package dev.sluice.worker.plan;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.Json;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.SourceType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * The objects that a target may render to, for one that has not been rendered or cannot be.
 *
 * <p>Nothing is rendered to an object whose kind, namespace and name do not come from somewhere:
 * the kind is a word of the inputs (or there is a generator of it), the namespace is the
 * application's or made of words of the inputs, and so is the name. Each part of a name, between
 * its separators, is one word or a few words joined (prefixes, suffixes), a number, or a hash; in
 * templates also the beginning of a word (truncation). Words are runs of letters and digits in
 * files, their paths and the application's options, in archives too, and the parts of words in
 * camel case.
 *
 * <p>The answer errs towards yes. Names that a template computes letter by letter are not foreseen.
 */
public final class PossibleObjects {

  private static final int MAX_PIECES = 4;
  private static final int LEAST_TRUNCATED = 4;
  private static final int MAX_UNPACKED = 64 << 20;
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9]+");
  private static final Pattern CAMEL = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");
  private static final Pattern ESCAPE =
      Pattern.compile("\\\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|\\R\\s*)");
  private static final Pattern SEPARATORS = Pattern.compile("[^a-z0-9]+");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{5,64}|[2456789bcdfghkmt]{10}");
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");

  private final TreeSet<String> words = new TreeSet<>();
  private final String namespace;
  private boolean templated;
  private boolean generated;
  private boolean anything;

  private PossibleObjects(String namespace) {
    this.namespace = namespace;
  }

  /** Returns what a record may render to; a removal renders to nothing. */
  public static PossibleObjects of(SyncEvent event) {
    return switch (event) {
      case SyncEvent.Removal _ -> new PossibleObjects("");
      case SyncEvent.Target target -> {
        PossibleObjects possible = new PossibleObjects(target.spec().namespace());
        possible.read(target.application().value());
        possible.read(target.cluster().value());
        possible.read(target.spec().namespace());
        boolean plugins = target.spec().policy().allowsPlugins();
        target.sources().forEach(source -> possible.read(source, plugins));
        possible.finish();
        yield possible;
      }
    };
  }

  /** Returns whether the target may have this object. */
  public boolean mayHave(ObjectRef object) {
    if (words.isEmpty()) {
      return false;
    }
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

  private void read(SourceInputs source, boolean plugins) {
    templated |= source.type() == SourceType.HELM;
    anything |= plugins && source.type() == SourceType.KUSTOMIZE;
    read(source.path());
    source.alias().ifPresent(this::read);
    read(Json.mapper().valueToTree(source.options()).toString());
    for (InputFile file : source.files()) {
      read(file.path());
      switch (file) {
        case InputFile.Text text -> read(text.text());
        case InputFile.Binary binary -> read(binary);
        case InputFile.Link link -> read(link.target());
      }
    }
  }

  private void read(InputFile.Binary file) {
    boolean archive = file.path().endsWith(".tgz") || file.path().endsWith(".gz");
    if (!archive) {
      read(new String(file.bytes(), ISO_8859_1));
      return;
    }
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(file.bytes()))) {
      byte[] unpacked = in.readNBytes(MAX_UNPACKED);
      anything |= in.read() >= 0;
      read(new String(unpacked, ISO_8859_1));
    } catch (IOException e) {
      anything = true;
    }
  }

  private void read(String text) {
    addWords(text);
    if (text.indexOf('\\') >= 0) {
      addWords(unescaped(text)); // as YAML and JSON may spell a name
    }
  }

  private void addWords(String text) {
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      String word = matcher.group();
      words.add(word.toLowerCase(Locale.ROOT));
      String[] parts = CAMEL.split(word, -1);
      for (int i = 0; parts.length > 1 && i < parts.length; i++) {
        words.add(parts[i].toLowerCase(Locale.ROOT));
      }
    }
  }

  private static String unescaped(String text) {
    return ESCAPE
        .matcher(text)
        .replaceAll(
            found -> {
              for (int group = 1; group <= 3; group++) {
                if (found.group(group) != null) {
                  int code = Integer.parseUnsignedInt(found.group(group), 16);
                  return Character.isValidCodePoint(code)
                      ? Matcher.quoteReplacement(Character.toString(code))
                      : "";
                }
              }
              return "";
            });
  }

  private void finish() {
    templated |= words.contains("helmcharts") || words.contains("helmchart");
    generated =
        words.contains("configmapgenerator")
            || words.contains("secretgenerator")
            || words.contains("generators");
  }
}
