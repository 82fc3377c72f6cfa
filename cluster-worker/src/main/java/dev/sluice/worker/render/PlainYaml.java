package dev.sluice.worker.render;

import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * YAML that all parsers read alike. Some, such as kustomize's, implement an older YAML: content
 * that was checked in one reading must not be used in another.
 */
final class PlainYaml {

  /** Constructs that YAML parsers read differently: unusual line ends, directives, merge keys. */
  private static final Pattern AMBIGUOUS =
      Pattern.compile(
          "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ufeff]|\\r(?!\\n)"
              + "|(?m:^%)|<<[\"']?\\s*:");

  private PlainYaml() {}

  /** Returns whether a text is plain: valid, without tags and ambiguous constructs. */
  static boolean is(String text) {
    return !isAmbiguous(text) && !hasTags(text);
  }

  /** Returns whether a text has ambiguous constructs; it need not be YAML. */
  static boolean isAmbiguous(String text) {
    return AMBIGUOUS.matcher(text).find();
  }

  /** Returns whether a text has tags, which may give a value another type: {@code !!binary}. */
  private static boolean hasTags(String text) {
    LoadSettings settings =
        LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).setUseMarks(false).build();
    try {
      for (Event event : new Parse(settings).parseString(text)) {
        boolean tagged =
            switch (event) {
              case ScalarEvent scalar -> scalar.getTag().isPresent();
              case CollectionStartEvent collection -> collection.getTag().isPresent();
              default -> false;
            };
        if (tagged) {
          return true;
        }
      }
      return false;
    } catch (YamlEngineException e) {
      return true;
    }
  }
}
