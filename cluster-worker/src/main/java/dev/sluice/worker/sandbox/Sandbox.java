package dev.sluice.worker.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Runs rendering programs over an input directory and tells what their ends mean. */
public final class Sandbox implements AutoCloseable {

  /** The failure code of a renderer that says what is wrong with its inputs. */
  public static final String RENDER_FAILED = "RenderFailed";

  private static final int ERROR_TAIL = 2_000;
  private static final int SIGNALS = 128;
  private static final String NOWHERE = "http://127.0.0.1:9";

  private final Path temporary;
  private final RenderLimits limits;
  private final Isolation isolation;
  private final ReadyShells shells;

  /** A sandbox without a wall. */
  public Sandbox(Path temporary, RenderLimits limits) {
    this(temporary, limits, new NoIsolation());
  }

  /**
   * A sandbox for one rendering after the other.
   *
   * @param temporary an existing directory, best in memory, for private directories
   */
  public Sandbox(Path temporary, RenderLimits limits, Isolation isolation) {
    this.temporary = temporary;
    this.limits = limits;
    this.isolation = isolation;
    this.shells = new ReadyShells(temporary, limits, isolation);
  }

  /** Ends what waits to be run. */
  @Override
  public void close() {
    shells.close();
  }

  public RenderLimits limits() {
    return limits;
  }

  /** Makes an empty directory for a program to be run in. */
  public InputDirectory open() throws RenderException {
    try {
      return isolation.bindsPlace() ? InputDirectory.of(shells.take()) : openWithoutProgram();
    } catch (IOException e) {
      throw RenderException.temporary(
          "IsolationFailed",
          "the worker cannot start an isolated process (%s): see --render-isolation"
              .formatted(e.getClass().getSimpleName()),
          e);
    }
  }

  /** Makes an empty directory for a {@linkplain #lasting process that lasts}. */
  public InputDirectory openWithoutProgram() throws RenderException {
    return InputDirectory.in(isolation.bindsPlace() ? executable() : temporary);
  }

  /**
   * Starts a shell for a program that lasts longer than one rendering.
   *
   * @param place what it sees as its own
   */
  public ReadyShell lasting(Path place) throws IOException {
    return ReadyShell.start(isolation, place, UlimitCommand.lasting(limits.memory()));
  }

  /** Makes the directory that is all that such a shell sees as its own. */
  public Path place() throws IOException {
    return InputDirectory.place(executable());
  }

  /** Not where other inputs are: programs may not be allowed to run from there. */
  private static Path executable() {
    return Scratch.in(Path.of(System.getProperty("java.io.tmpdir")));
  }

  /** Whether a process sees only what is in its place. */
  public boolean bindsPlace() {
    return isolation.bindsPlace();
  }

  /**
   * Gives what is in a directory to the user that a program runs as.
   *
   * @param place the program's
   */
  public void handOver(Path directory, Path place) throws IOException {
    isolation.handOver(directory, place);
  }

  /** What a program prints that succeeds within a time; empty if it does not. */
  Optional<String> output(List<String> command, Duration time) throws InterruptedException {
    try (InputDirectory directory = open()) {
      isolation.handOver(directory.root(), directory.root());
      BoundedProcess process =
          new BoundedProcess(
              shellOf(directory),
              command,
              directory.tree(),
              Map.of("HOME", directory.home().toString()),
              limits.withTime(time));
      return process.run() instanceof BoundedProcess.Ending.Exited exited && exited.code() == 0
          ? Optional.of(exited.output())
          : Optional.empty();
    } catch (IOException | RenderException e) {
      return Optional.empty();
    }
  }

  private ReadyShell shellOf(InputDirectory directory) throws IOException {
    return directory.shell().isPresent() ? directory.shell().get() : shells.take().shell();
  }

  /**
   * Runs a program to its end, from the tree's root.
   *
   * @param program its name and version
   * @param subject what it renders, for messages
   * @return what it wrote
   */
  public String run(String program, List<String> command, InputDirectory directory, String subject)
      throws RenderException, InterruptedException {
    return run(
        environment(directory.home()), Optional.empty(), program, command, directory, subject);
  }

  /** The same of kustomize that runs plugins, of which nothing is left when it has ended. */
  public String run(
      String program,
      List<String> command,
      PluginEnvironment plugins,
      InputDirectory directory,
      String subject)
      throws RenderException, InterruptedException {
    Map<String, String> environment = new HashMap<>(environment(directory.home()));
    environment.putAll(plugins.settings());
    ProcessFamily family = new ProcessFamily("TMPDIR=" + directory.home());
    return run(environment, Optional.of(family), program, command, directory, subject);
  }

  private String run(
      Map<String, String> environment,
      Optional<ProcessFamily> family,
      String program,
      List<String> command,
      InputDirectory directory,
      String subject)
      throws RenderException, InterruptedException {
    try {
      isolation.handOver(directory.root(), directory.root());
      BoundedProcess process =
          new BoundedProcess(
              shellOf(directory), command, directory.tree(), environment, limits, family);
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
      shells.refill();
    }
  }

  /** All that a program gets to know: an empty home, no programs, a proxy that is a closed port. */
  public static Map<String, String> environment(Path home) {
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

  public RenderException tookTooLong(String program, String subject) {
    return RenderException.temporary(
        "RendererTimeout",
        "%s took longer than %s to build %s and was killed"
            .formatted(program, limits.time(), subject),
        null);
  }

  public RenderException wroteTooMuch(String program, String subject) {
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

  public RenderException outOfMemory(String program, String subject) {
    return RenderException.permanent(
        "RendererOutOfMemory",
        "%s needs more than %d MiB of memory to build %s: split the application, or raise the"
                .formatted(program, limits.memory() >> 20, subject)
            + " worker's render-memory");
  }

  public static boolean isOutOfMemory(String errors) {
    String lower = errors.toLowerCase(Locale.ROOT);
    return lower.contains("out of memory")
        || lower.contains("pthread_create failed") // what Go says first
        || lower.contains("cannot allocate memory")
        || lower.contains("outofmemoryerror");
  }

  /** The end of what a program complained, without names of this machine's directories. */
  public static String tail(String errors, InputDirectory directory) {
    String relative =
        errors
            .replace(directory.tree() + "/", "")
            .replace(directory.tree().toString(), ".")
            .replace(directory.root() + "/", "")
            .replace(directory.root().toString(), "");
    return relative.substring(Math.max(0, relative.length() - ERROR_TAIL)).strip();
  }
}
