package dev.sluice.worker.render;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Runs rendering programs over an input directory and tells what their ends mean.
 *
 * @param temporary an existing directory, best in memory, for private directories
 */
record Sandbox(Path temporary, RenderLimits limits) {

  /** The failure code of a renderer that says what is wrong with its inputs. */
  static final String RENDER_FAILED = "RenderFailed";

  private static final int ERROR_TAIL = 2_000;
  private static final int SIGNALS = 128;
  private static final String NOWHERE = "http://127.0.0.1:9";

  /**
   * Runs a program to its end, from the tree's root.
   *
   * @param program its name and version
   * @param subject what it renders, for messages
   * @return what it wrote
   */
  String run(String program, List<String> command, InputDirectory directory, String subject)
      throws RenderException, InterruptedException {
    BoundedProcess process =
        new BoundedProcess(command, directory.tree(), environment(directory.home()), limits);
    return run(process, program, command, directory, subject);
  }

  /** The same of kustomize that runs plugins, of which nothing is left when it has ended. */
  String run(
      String program,
      List<String> command,
      PluginEnvironment plugins,
      InputDirectory directory,
      String subject)
      throws RenderException, InterruptedException {
    Map<String, String> environment = new HashMap<>(environment(directory.home()));
    environment.putAll(plugins.settings());
    ProcessFamily family = new ProcessFamily("TMPDIR=" + directory.home());
    BoundedProcess process =
        new BoundedProcess(command, directory.tree(), environment, limits, Optional.of(family));
    return run(process, program, command, directory, subject);
  }

  private String run(
      BoundedProcess process,
      String program,
      List<String> command,
      InputDirectory directory,
      String subject)
      throws RenderException, InterruptedException {
    try {
      return switch (process.run()) {
        case BoundedProcess.Ending.Exited exited -> {
          if (exited.code() == 0) {
            yield exited.output();
          }
          throw failed(program, exited, directory, subject);
        }
        case BoundedProcess.Ending.TookTooLong _ -> throw tookTooLong(program, subject);
        case BoundedProcess.Ending.WroteTooMuch _ -> throw wroteTooMuch(program, subject);
      };
    } catch (IOException e) {
      throw RenderException.temporary(
          "RendererMissing",
          "%s does not start any more: is %s still there?".formatted(program, command.getFirst()),
          e);
    } finally {
      ReadyShells.of(limits).refill();
    }
  }

  /** All that a program gets to know: an empty home, no programs, a proxy that is a closed port. */
  static Map<String, String> environment(Path home) {
    String nothing = home.toString();
    return Map.of(
        "HOME",
        nothing,
        "TMPDIR",
        nothing,
        "PATH",
        nothing,
        "HTTP_PROXY",
        NOWHERE,
        "HTTPS_PROXY",
        NOWHERE);
  }

  RenderException tookTooLong(String program, String subject) {
    return RenderException.temporary(
        "RendererTimeout",
        "%s took longer than %s to build %s and was killed"
            .formatted(program, limits.time(), subject),
        null);
  }

  RenderException wroteTooMuch(String program, String subject) {
    return RenderException.permanent(
        "RenderingTooLarge",
        "%s made more than %d MiB of %s: split the application"
            .formatted(program, limits.output() >> 20, subject));
  }

  private RenderException failed(
      String program,
      BoundedProcess.Ending.Exited exited,
      InputDirectory directory,
      String subject) {
    String tail = tail(exited.errors(), directory);
    if (isOutOfMemory(exited.errors())) {
      return outOfMemory(program, subject);
    }
    if (exited.code() >= SIGNALS) {
      return RenderException.temporary(
          "RendererKilled",
          "%s was killed while it built %s (exit code %d): does the worker have enough memory? %s"
              .formatted(program, subject, exited.code(), tail),
          null);
    }
    return RenderException.permanent(
        RENDER_FAILED,
        "%s cannot build %s (exit code %d): %s".formatted(program, subject, exited.code(), tail));
  }

  RenderException outOfMemory(String program, String subject) {
    return RenderException.permanent(
        "RendererOutOfMemory",
        "%s needs more than %d MiB of memory to build %s: split the application, or raise the"
                .formatted(program, limits.memory() >> 20, subject)
            + " worker's render-memory");
  }

  static boolean isOutOfMemory(String errors) {
    String lower = errors.toLowerCase(Locale.ROOT);
    return lower.contains("out of memory")
        || lower.contains("pthread_create failed") // what Go says first
        || lower.contains("cannot allocate memory")
        || lower.contains("outofmemoryerror");
  }

  /** The end of what a program complained, without names of this machine's directories. */
  static String tail(String errors, InputDirectory directory) {
    String relative =
        errors
            .replace(directory.tree() + "/", "")
            .replace(directory.tree().toString(), ".")
            .replace(directory.root() + "/", "")
            .replace(directory.root().toString(), "");
    return relative.substring(Math.max(0, relative.length() - ERROR_TAIL)).strip();
  }
}
