package dev.sluice.platform.telemetry;

import java.util.ArrayList;
import java.util.List;

/** The labels of one series in Prometheus' text format, without the braces. */
public record Labels(String text) implements Comparable<Labels> {

  public static final Labels NONE = new Labels("");

  /**
   * Returns labels from alternating names and values.
   *
   * @throws IllegalArgumentException if a value is missing
   */
  public static Labels of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("the label %s has no value".formatted(namesAndValues[0]));
    }
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      labels.add("%s=\"%s\"".formatted(namesAndValues[i], escaped(namesAndValues[i + 1])));
    }
    return new Labels(String.join(",", labels));
  }

  /** Returns these labels and one more. */
  Labels and(String name, String value) {
    String more = of(name, value).text();
    return new Labels(text.isEmpty() ? more : text + "," + more);
  }

  @Override
  public int compareTo(Labels other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text.isEmpty() ? "" : "{" + text + "}";
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
