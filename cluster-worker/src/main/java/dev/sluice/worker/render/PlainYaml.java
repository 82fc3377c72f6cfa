package dev.sluice.worker.render;

import dev.sluice.contract.yaml.YamlEvents;
import dev.sluice.contract.yaml.YamlException;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/**
 * YAML that all parsers read alike. Some, such as kustomize's, implement an older YAML: content
 * that was checked in one reading must not be used in another.
 */
final class PlainYaml {

  /** Characters that YAML parsers read differently, also within text, and directives. */
  private static final Pattern AMBIGUOUS =
      Pattern.compile(
          "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ufeff]|\\r(?!\\n)|(?m:^%)");

  private static final String MERGE_KEY = "<<";

  private PlainYaml() {}

  /** Returns whether a text is plain: valid, without tags, merge keys and ambiguous characters. */
  static boolean is(String text) {
    return !isAmbiguous(text) && !hasTagsOrMerges(text);
  }

  /** Returns whether a text has ambiguous characters; it need not be YAML. */
  static boolean isAmbiguous(String text) {
    return AMBIGUOUS.matcher(text).find();
  }

  /** Returns whether a value has a tag, which may give it another type, or is a merge key. */
  private static boolean hasTagsOrMerges(String text) {
    try {
      YamlEvents events = new YamlEvents(text);
      while (events.hasNext()) {
        Event event = events.next();
        boolean found =
            switch (event) {
              case ScalarEvent scalar ->
                  scalar.getTag().isPresent() || scalar.getValue().equals(MERGE_KEY);
              case CollectionStartEvent collection -> collection.getTag().isPresent();
              default -> false;
            };
        if (found) {
          return true;
        }
      }
      return false;
    } catch (YamlException e) {
      return true;
    }
  }
}
