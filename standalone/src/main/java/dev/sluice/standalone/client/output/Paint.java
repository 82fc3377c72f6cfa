package dev.sluice.standalone.client.output;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Colours of states: green for those that are well, yellow for those under way, red for faults. */
public enum Paint {
  NONE,
  COLORED;

  private static final String GREEN = "\u001b[32m";
  private static final String YELLOW = "\u001b[33m";
  private static final String RED = "\u001b[31m";
  private static final String END = "\u001b[0m";

  private static final Set<String> WELL =
      Set.of("synced", "healthy", "applied", "unchanged", "healed", "leading", "running", "ok");
  private static final Set<String> FAULTY =
      Set.of(
          "parked",
          "degraded",
          "missing",
          "silent",
          "gave-up",
          "fault",
          "wrong",
          "refused",
          "fenced",
          "contended");
  private static final Set<String> UNDER_WAY =
      Set.of(
          "progressing",
          "syncing",
          "outofsync",
          "retrying",
          "drifted",
          "removing",
          "unknown",
          "suspended",
          "pinned",
          "guard",
          "warning",
          "stopped",
          "standby",
          "dispatched",
          "planned");

  private static final Pattern WORD = Pattern.compile("[A-Za-z-]+");

  /** The choice of {@code --color}, named as it is typed. */
  public enum Choice {
    auto,
    always,
    never
  }

  /**
   * Returns whether states are coloured.
   *
   * @param terminal whether standard output is a terminal
   * @param environment its NO_COLOR (https://no-color.org) and TERM=dumb switch colours off
   */
  public static Paint of(Choice choice, boolean terminal, Map<String, String> environment) {
    boolean colored =
        switch (choice) {
          case always -> true;
          case never -> false;
          case auto ->
              terminal
                  && environment.getOrDefault("NO_COLOR", "").isEmpty()
                  && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        };
    return colored ? COLORED : NONE;
  }

  /** Returns the text with its states in colour. */
  public String states(String text) {
    return this == NONE
        ? text
        : WORD.matcher(text).replaceAll(word -> Matcher.quoteReplacement(state(word.group())));
  }

  private static String state(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    String color =
        WELL.contains(lower)
            ? GREEN
            : FAULTY.contains(lower) ? RED : UNDER_WAY.contains(lower) ? YELLOW : "";
    return color.isEmpty() ? word : color + word + END;
  }
}
