package dev.sluice.worker.render;

import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * YAML that all of its readers read alike. Others, such as kustomize's, know an older YAML: what
 * was checked as one thing must not be run as another.
 */
final class PlainYaml {

  /** What YAML's readers do not agree about: odd line ends, directives, merge keys. */
  private static final Pattern AMBIGUOUS =
      Pattern.compile(
          "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ufeff]|\\r(?!\\n)"
              + "|(?m:^%)|<<[\"']?\\s*:");

  private PlainYaml() {}

  /** Whether a text is plain: readable, without tags and what else is read in several ways. */
  static boolean is(String text) {
    return !isAmbiguous(text) && !hasTags(text);
  }

  /** Whether a text has what is read in several ways; it need not be YAML. */
  static boolean isAmbiguous(String text) {
    return AMBIGUOUS.matcher(text).find();
  }

  /** A tag may make a text of what looks like another: {@code !!binary}. */
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
