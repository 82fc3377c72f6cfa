package dev.sluice.contract.event;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Collects the words of inputs for a {@link PossibleObjects}: runs of letters and digits in files
 * (in archives too), in their paths and in the application's options, and the parts of words in
 * camel case.
 */
public final class PossibleObjectsReader {

  /** Bytes of all archives together, unpacked. */
  private static final int MAX_UNPACKED = 64 << 20;

  /** The longest name of an object (RFC 1123 subdomain); of a longer word only that much counts. */
  private static final int MAX_NAME = 253;

  /** Characters of all words: they go into one record, and into memory. */
  private static final int MAX_WORDS = 2 << 20;

  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9]+");
  private static final Pattern CAMEL = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");
  private static final Pattern ESCAPE =
      Pattern.compile("\\\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|\\R\\s*)");

  private final TreeSet<String> words = new TreeSet<>();
  private final String namespace;
  private boolean templated;
  private boolean anything;
  private int unpacked;
  private int characters;

  /** Creates a reader that has read the application's namespace. */
  public PossibleObjectsReader(String namespace) {
    this.namespace = namespace;
    read(namespace);
  }

  /** Returns the estimate for everything read so far. */
  public PossibleObjects result() {
    if (anything) {
      return PossibleObjects.any(namespace);
    }
    return new PossibleObjects(
        namespace,
        words,
        templated || words.contains("helmcharts") || words.contains("helmchart"),
        words.contains("configmapgenerator")
            || words.contains("secretgenerator")
            || words.contains("generators"),
        false);
  }

  /** Records that names may be truncated. */
  public void templated() {
    templated = true;
  }

  /** Records that any object is possible. */
  public void anything() {
    anything = true;
    words.clear();
  }

  void read(SourceInputs source, boolean plugins) {
    templated |= source.type() == SourceType.HELM;
    if (plugins && source.type() == SourceType.KUSTOMIZE) {
      anything();
    }
    read(source.path());
    source.alias().ifPresent(this::read);
    read(source.options());
    source.files().forEach(this::read);
  }

  /** Collects the words of a source's options. */
  public void read(RenderOptions options) {
    read(Json.mapper().valueToTree(options).toString());
  }

  /** Collects the words of a file and its path. */
  public void read(InputFile file) {
    read(file.path());
    switch (file) {
      case InputFile.Text text -> read(text.text());
      case InputFile.Binary binary -> read(binary);
      case InputFile.Link link -> read(link.target());
    }
  }

  private void read(InputFile.Binary file) {
    boolean archive = file.path().endsWith(".tgz") || file.path().endsWith(".gz");
    if (anything) {
      return;
    }
    if (!archive) {
      read(new String(file.bytes(), ISO_8859_1));
      return;
    }
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(file.bytes()))) {
      byte[] content = in.readNBytes(MAX_UNPACKED - unpacked);
      unpacked += content.length;
      if (in.read() >= 0) {
        anything();
      }
      read(new String(content, ISO_8859_1));
    } catch (IOException e) {
      anything();
    }
  }

  /** Collects the words of a text, with and without resolving the escapes of YAML and JSON. */
  public void read(String text) {
    if (anything) {
      return;
    }
    addWords(text);
    if (text.indexOf('\\') >= 0) {
      addWords(unescaped(text));
    }
  }

  private void addWords(String text) {
    Matcher matcher = WORD.matcher(text);
    while (!anything && matcher.find()) {
      String word = matcher.group();
      addWord(word);
      String[] parts = CAMEL.split(word, -1);
      for (int i = 0; parts.length > 1 && i < parts.length; i++) {
        addWord(parts[i]);
      }
    }
  }

  private void addWord(String word) {
    String relevant = word.substring(0, Math.min(word.length(), MAX_NAME));
    if (words.add(relevant.toLowerCase(Locale.ROOT))) {
      characters += relevant.length();
      if (characters > MAX_WORDS) {
        anything();
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
}
