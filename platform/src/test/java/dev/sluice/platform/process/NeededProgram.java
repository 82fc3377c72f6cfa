package dev.sluice.platform.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Check for the programs that a test runs. A test whose program is missing is skipped, unless the
 * system property {@code sluice.require-programs} lists the program, separated by commas: then the
 * test fails. {@code .ci/run} lists the programs that it installs.
 */
public final class NeededProgram {

  private static final Pattern COMMA = Pattern.compile(",");

  private NeededProgram() {}

  /**
   * Skips or fails the test unless a program is on the PATH.
   *
   * @param substitutes programs of which any will do as well
   */
  public static void check(String program, String... substitutes) {
    Set<String> required =
        Set.copyOf(COMMA.splitAsStream(System.getProperty("sluice.require-programs", "")).toList());
    check(System.getenv().getOrDefault("PATH", ""), required, program, substitutes);
  }

  static void check(String path, Set<String> required, String program, String... substitutes) {
    if (Stream.concat(Stream.of(program), Stream.of(substitutes))
        .anyMatch(any -> isInstalled(path, any))) {
      return;
    }
    String others =
        substitutes.length == 0 ? "" : " (nor is any of %s)".formatted(List.of(substitutes));
    String message =
        "%s is not on the PATH%s; CONTRIBUTING.md says how to install it"
            .formatted(program, others);
    if (required.contains(program)) {
      throw new AssertionError(message);
    }
    Assumptions.abort(message);
  }

  /** Returns whether a program is on the PATH. */
  public static boolean isInstalled(String program) {
    return isInstalled(System.getenv().getOrDefault("PATH", ""), program);
  }

  private static boolean isInstalled(String path, String program) {
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
        .splitAsStream(path)
        .map(folder -> Path.of(folder, program))
        .anyMatch(file -> Files.isRegularFile(file) && Files.isExecutable(file));
  }
}
