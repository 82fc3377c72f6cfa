package dev.sluice.worker.helm;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.worker.sandbox.InputDirectory;
import dev.sluice.worker.sandbox.RenderException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The arguments of helm that have the effect of {@code --set}, without the values of texts, since
 * every user of the machine may read arguments: texts are passed by {@code --set-file}. Values that
 * helm reads as a boolean, as null or as a whole number stay in {@code --set}, since no file gives
 * the same: a number of a values file is a float, and 1000650000 prints as 1.00065e+09.
 *
 * @see <a href="https://helm.sh/docs/intro/using_helm/#the-format-and-limitations-of---set">helm:
 *     the format of --set</a>
 */
final class SetArguments {

  private static final Pattern NUMBER = Pattern.compile("0|[+-]?[0-9]{1,19}");

  private final InputDirectory directory;
  private final List<String> typed = new ArrayList<>();
  private final List<String> texts = new ArrayList<>();

  private SetArguments(InputDirectory directory) {
    this.directory = directory;
  }

  /**
   * Writes the texts of sets to files and returns the arguments.
   *
   * @param sets single values, without helm's escapes, or lists in braces, with escapes
   */
  static List<String> of(Map<String, String> sets, InputDirectory directory)
      throws RenderException {
    SetArguments arguments = new SetArguments(directory);
    Map<String, String> sorted = new TreeMap<>(sets);
    requireApart(sorted.keySet());
    for (Map.Entry<String, String> set : sorted.entrySet()) {
      String value = set.getValue();
      if (value.startsWith("{") && value.endsWith("}")) {
        arguments.list(set.getKey(), elements(set.getKey(), value));
      } else {
        arguments.one(set.getKey(), value);
      }
    }
    List<String> all = new ArrayList<>(arguments.typed);
    all.addAll(arguments.texts); // helm, too, applies files after all others
    return all;
  }

  private void one(String key, String value) throws RenderException {
    if (isTyped(value)) {
      typed.addAll(List.of("--set", key + "=" + value));
    } else {
      text(key, value);
    }
  }

  /** Sets a list of the same length, whose texts are empty until they are set one by one. */
  private void list(String key, List<String> elements) throws RenderException {
    List<String> kept = elements.stream().map(element -> isTyped(element) ? element : "").toList();
    typed.addAll(List.of("--set", key + "={" + String.join(",", kept) + "}"));
    for (int i = 0; i < elements.size(); i++) {
      if (!isTyped(elements.get(i)) && !elements.get(i).isEmpty()) {
        text(key + "[" + i + "]", elements.get(i));
      }
    }
  }

  private void text(String key, String value) throws RenderException {
    String file = directory.add("sets/%04d".formatted(texts.size() / 2), value).toString();
    texts.addAll(List.of("--set-file", key + "=" + file.replace("\\", "\\\\").replace(",", "\\,")));
  }

  /** Returns whether helm reads the value as another type than text. */
  private static boolean isTyped(String value) {
    if (value.equalsIgnoreCase("true")
        || value.equalsIgnoreCase("false")
        || value.equalsIgnoreCase("null")
        || value.equals("0")) {
      return true;
    }
    if (value.startsWith("0") || !NUMBER.matcher(value).matches()) {
      return false;
    }
    try {
      Long.parseLong(value);
      return true;
    } catch (NumberFormatException e) {
      return false; // too large for helm as well
    }
  }

  /** Splits a list as helm does: a backslash escapes the next character. */
  private static List<String> elements(String key, String list) throws RenderException {
    List<String> elements = new ArrayList<>();
    StringBuilder element = new StringBuilder();
    for (int i = 1; i < list.length() - 1; i++) {
      char c = list.charAt(i);
      if (c == '\\' && i < list.length() - 2) {
        element.append(list.charAt(++i));
      } else if (c == ',') {
        elements.add(element.toString());
        element.setLength(0);
      } else if (c == '}' || c == '\\') {
        throw RenderException.permanent(
            SourceFailure.INVALID_SET,
            "the list of the key '%s' of helm.set ends before its text does: write \\} for a brace in it"
                .formatted(key));
      } else {
        element.append(c);
      }
    }
    elements.add(element.toString());
    return elements;
  }

  /**
   * Refuses keys within each other: one overrides the other, and which one depends on the order.
   */
  private static void requireApart(Set<String> keys) throws RenderException {
    for (String key : keys) {
      for (String other : keys) {
        if (other.startsWith(key + ".") || other.startsWith(key + "[")) {
          throw RenderException.permanent(
              SourceFailure.INVALID_SET,
              "helm.set has the key '%s' and the key '%s' within it: keep one"
                  .formatted(key, other));
        }
      }
    }
  }
}
