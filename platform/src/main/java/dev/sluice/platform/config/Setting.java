package dev.sluice.platform.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A configuration setting. The same definition is the option {@code --name} on the command line,
 * the environment variable {@code SLUICE_NAME} and the key {@code name} of the configuration file;
 * they take precedence in this order.
 *
 * @param name lower-case words joined by '-'
 * @param label a placeholder for the value in help texts, such as {@code HOST:PORT}
 * @param fallback the default value; required settings have none
 * @param many whether it may be given several times; in the environment separated by ';'
 */
public record Setting<T>(
    String name,
    String label,
    String description,
    Optional<String> fallback,
    boolean required,
    boolean many,
    Function<List<String>, T> parser) {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final Pattern DURATION = Pattern.compile("(\\d+)(ms|s|m|h|d)");

  private static final String FLAG = "true|false";

  public Setting {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("setting name '%s'".formatted(name));
    }
  }

  /**
   * Returns a setting with exactly one value, which is required unless changed by {@link #or} or
   * {@link #optional}.
   *
   * @param parser throws IllegalArgumentException with the expected form
   */
  public static <T> Setting<T> of(
      String name, String label, String description, Function<String, T> parser) {
    return new Setting<>(
        name,
        label,
        description,
        Optional.empty(),
        true,
        false,
        values -> parser.apply(values.getLast()));
  }

  public static Setting<String> text(String name, String label, String description) {
    return of(name, label, description, Function.identity());
  }

  public static Setting<Path> path(String name, String description) {
    return of(name, "PATH", description, Path::of);
  }

  public static Setting<URI> uri(String name, String description) {
    return of(name, "URL", description, URI::create);
  }

  /** Returns a setting for a whole number within bounds, both inclusive. */
  public static Setting<Integer> integer(String name, String description, int least, int most) {
    return of(
        name,
        "N",
        description,
        text -> {
          try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
              return number;
            }
          } catch (NumberFormatException e) {
            // reported below
          }
          throw new IllegalArgumentException(
              "expected a whole number from %d to %d".formatted(least, most));
        });
  }

  /**
   * Returns a setting for a duration such as {@code 250ms}, {@code 15s}, {@code 5m}, {@code 12h},
   * {@code 30d}.
   */
  public static Setting<Duration> duration(String name, String description) {
    return of(name, "TIME", description, Setting::parseDuration);
  }

  public static Setting<Boolean> flag(String name, String description) {
    return of(
            name,
            FLAG,
            description,
            text ->
                switch (text.toLowerCase(Locale.ROOT)) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw new IllegalArgumentException("expected true or false");
                })
        .or("false");
  }

  /** Returns whether its value is true or false, so that the option alone means true. */
  public boolean isFlag() {
    return label.equals(FLAG);
  }

  /** Returns a setting that may be given any number of times. */
  public static <T> Setting<List<T>> list(
      String name, String label, String description, Function<String, T> parser) {
    return new Setting<>(
        name,
        label,
        description,
        Optional.empty(),
        false,
        true,
        values -> {
          List<T> parsed = new ArrayList<>();
          for (String value : values) {
            parsed.add(parser.apply(value));
          }
          return List.copyOf(parsed);
        });
  }

  /** Returns this setting with a default value. */
  public Setting<T> or(String value) {
    return new Setting<>(name, label, description, Optional.of(value), false, many, parser);
  }

  /** Returns this setting as an optional one. */
  public Setting<Optional<T>> optional() {
    return new Setting<>(
        name,
        label,
        description,
        Optional.empty(),
        false,
        many,
        values -> values.isEmpty() ? Optional.empty() : Optional.of(parser.apply(values)));
  }

  public String option() {
    return "--" + name;
  }

  public String variable() {
    return "SLUICE_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /**
   * Parses a duration.
   *
   * @throws IllegalArgumentException with the expected form
   */
  public static Duration parseDuration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches() || matcher.group(1).length() > 9) {
      throw new IllegalArgumentException("expected a time such as 250ms, 15s, 5m, 12h or 30d");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }
}
