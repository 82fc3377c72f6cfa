package dev.sluice.inputs.helm;

import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Searches templates for functions that return another value at each call. They cause a warning and
 * not a refusal: whether one is called depends on the values, and many charts use one only as the
 * default of a password. Archives in {@code charts/} are not searched.
 */
public final class TemplateScan {

  private static final int MAX_BYTES = 1024 * 1024;
  private static final int MAX_WARNINGS = 20;
  private static final Pattern TEMPLATE = Pattern.compile("(?:|charts/.+/)templates/.+");
  private static final Pattern ACTION =
      Pattern.compile("\\{\\{(?!-?\\s*/\\*)(.*?)}}", Pattern.DOTALL);
  private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`");
  private static final Pattern FUNCTION =
      Pattern.compile(
          "(?<![\\w.$])(rand(?:AlphaNum|Alpha|Ascii|Numeric|Bytes|Int)|shuffle|uuidv4|now|ago"
              + "|gen(?:CA|CAWithKey|PrivateKey|SelfSignedCert|SelfSignedCertWithKey|SignedCert"
              + "|SignedCertWithKey)|htpasswd|bcrypt|encryptAES|getHostByName|lookup)(?!\\w)");

  private final List<String> warnings = new ArrayList<>();

  /**
   * Searches a file if it is a template.
   *
   * @param path relative to the chart
   */
  void scan(String path, ResolvedPath file, Walk walk) {
    if (!TEMPLATE.matcher(path).matches() || warnings.size() >= MAX_WARNINGS) {
      return;
    }
    walk.optionalText(file.entry(), MAX_BYTES).ifPresent(text -> scan(text, file.path()));
  }

  /** Returns the warnings, one for each file and function. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  private void scan(String text, String where) {
    Matcher actions = ACTION.matcher(text);
    while (actions.find()) {
      Matcher function = FUNCTION.matcher(STRING.matcher(actions.group(1)).replaceAll("\"\""));
      while (function.find()) {
        String name = function.group(1);
        String warning =
            "'%s' calls %s, which gives another value at each rendering: give the value instead"
                .formatted(where, name);
        if (name.equals("lookup")) {
          warning =
              "'%s' calls lookup, which finds nothing here: rendering does not ask the cluster"
                  .formatted(where);
        }
        if (!warnings.contains(warning) && warnings.size() < MAX_WARNINGS) {
          warnings.add(warning);
        }
      }
    }
  }
}
