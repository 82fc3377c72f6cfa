package dev.sluice.worker.sandbox;

import dev.sluice.contract.failure.RenderFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Runs rendering programs over an input directory and classifies their failures. */
public final class Sandbox implements AutoCloseable {

  private static final int ERROR_TAIL = 2_000;
  private static final int SIGNALS = 128;

  /** The address of a closed port, given to programs in place of a network. */
  public static final String NOWHERE = "http://127.0.0.1:9";

  private final Path temporary;
  private final RenderLimits limits;
  private final Isolation isolation;
  private final ReadyShells shells;

  /** Creates a sandbox without isolation. */
  public Sandbox(Path temporary, RenderLimits limits) {
    this(temporary, limits, new Isolation.None());
  }

  /**
   * Creates a sandbox.
   *
   * @param temporary an existing directory for private directories, best in memory
   */
  public Sandbox(Path temporary, RenderLimits limits, Isolation isolation) {
    this.temporary = temporary;
    this.limits = limits;
    this.isolation = isolation;
    this.shells = new ReadyShells(temporary, limits, isolation);
  }

  /** Ends the waiting shells. */
  @Override
  public void close() {
    shells.close();
  }

  public RenderLimits limits() {
    return limits;
  }

  /** Creates an empty directory for a program to run in. */
  public InputDirectory open() throws RenderException {
    try {
      return isolation.bindsPlace() ? InputDirectory.of(shells.take()) : openWithoutProgram();
    } catch (IOException e) {
      throw RenderException.temporary(
          RenderFailure.ISOLATION_FAILED,
          "the worker cannot start an isolated process (%s): see --render-isolation"
              .formatted(e.getClass().getSimpleName()),
          e);
    }
  }

  /** Creates an empty directory for a {@linkplain #lasting process that lasts}. */
  public InputDirectory openWithoutProgram() throws RenderException {
    return InputDirectory.in(isolation.bindsPlace() ? executable() : temporary);
  }

  /**
   * Starts a shell for a program that lasts longer than one rendering.
   *
   * @param place its own directory
   */
  public ReadyShell lasting(Path place) throws IOException {
    return ReadyShell.start(isolation, place, limits.lastingUlimits());
  }

  /** Creates the directory that such a shell has as its own. */
  public Path place() throws IOException {
    return InputDirectory.place(executable());
  }

  /**
   * Returns the JVM's temporary directory, since programs may not be executable where other inputs
   * are.
   */
  private static Path executable() {
    return Scratch.in(Path.of(System.getProperty("java.io.tmpdir")));
  }

  /** Returns whether a process sees only its own directory. */
  public boolean bindsPlace() {
    return isolation.bindsPlace();
  }

  /**
   * Gives the contents of a directory to the user that a program runs as.
   *
   * @param place the program's directory
   */
  public void handOver(Path directory, Path place) throws IOException {
    isolation.handOver(directory, place);
  }

  /** Returns the output of a program that succeeds within a time; empty if it does not. */
  Optional<String> output(List<String> command, Duration time) throws InterruptedException {
    try (InputDirectory directory = open()) {
      isolation.handOver(directory.root(), directory.root());
      BoundedProcess process =
          new BoundedProcess(
              shellOf(directory),
              command,
              directory.root(),
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
   * Runs a program until it ends, in the tree's root.
   *
   * @param program its name and version
   * @param subject what it renders, for messages
   * @return its output
   */
  public String run(String program, List<String> command, InputDirectory directory, String subject)
      throws RenderException, InterruptedException {
    return run(
        environment(directory.home()), Optional.empty(), program, command, directory, subject);
  }

  /** Runs kustomize with plugins, of which none is left running when it has ended. */
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
              shellOf(directory),
              command,
              directory.root(),
              directory.tree(),
              environment,
              limits,
              family);
      return switch (process.run()) {
        case BoundedProcess.Ending.Exited exited -> {
          if (exited.code() == 0) {
            yield exited.output();
          }
          throw failed(program, exited, directory, subject);
        }
        case BoundedProcess.Ending.TookTooLong _ -> throw tookTooLong(program, subject);
        case BoundedProcess.Ending.WroteTooMuch _ -> throw wroteTooMuch(program, subject);
        case BoundedProcess.Ending.WroteTooManyFiles _ -> throw wroteTooManyFiles(program, subject);
      };
    } catch (IOException e) {
      throw RenderException.temporary(
          RenderFailure.RENDERER_MISSING,
          "%s does not start any more: is %s still there?".formatted(program, command.getFirst()),
          e);
    } finally {
      shells.refill();
    }
  }

  /**
   * Returns the whole environment of a program: an empty home, no programs, a closed port as proxy,
   * and a locale of UTF-8, without which a JVM or a plugin's interpreter reads text as ASCII.
   */
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
        NOWHERE,
        "LC_ALL",
        "C.UTF-8");
  }

  public RenderException tookTooLong(String program, String subject) {
    return RenderException.temporary(
        RenderFailure.RENDERER_TIMEOUT,
        "%s took longer than %s to build %s and was killed"
            .formatted(program, limits.time(), subject),
        null);
  }

  private RenderException wroteTooManyFiles(String program, String subject) {
    return RenderException.permanent(
        RenderFailure.RENDERING_TOO_LARGE,
        "%s was ended while it rendered %s: its files had more than %d MiB"
            .formatted(program, subject, limits.files() >> 20));
  }

  public RenderException wroteTooMuch(String program, String subject) {
    return RenderException.permanent(
        RenderFailure.RENDERING_TOO_LARGE,
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
          RenderFailure.RENDERER_KILLED,
          "%s was killed while it built %s (exit code %d): does the worker have enough memory? %s"
              .formatted(program, subject, exited.code(), tail),
          null);
    }
    return RenderException.permanent(
        RenderFailure.RENDER_FAILED,
        "%s cannot build %s (exit code %d): %s".formatted(program, subject, exited.code(), tail));
  }

  public RenderException outOfMemory(String program, String subject) {
    return RenderException.permanent(
        RenderFailure.RENDERER_OUT_OF_MEMORY,
        "%s needs more than %d MiB of memory to build %s: split the application, or raise the"
                .formatted(program, limits.memory() >> 20, subject)
            + " worker's render-memory");
  }

  public static boolean isOutOfMemory(String errors) {
    String lower = errors.toLowerCase(Locale.ROOT);
    return lower.contains("out of memory")
        || lower.contains("pthread_create failed") // Go's first message
        || lower.contains("cannot allocate memory")
        || lower.contains("outofmemoryerror");
  }

  /** Returns the end of a program's error output, without names of this machine's directories. */
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
