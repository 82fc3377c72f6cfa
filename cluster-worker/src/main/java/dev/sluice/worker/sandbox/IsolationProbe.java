package dev.sluice.worker.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the strongest isolation that works here, by trying: whether users can create namespaces
 * depends on the kernel, its settings and the container.
 */
public final class IsolationProbe {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String HOLDS = "holds";

  private final VisibleFiles files;
  private final Path scratch;
  private final RenderLimits limits;

  /**
   * Creates a search.
   *
   * @param files that programs need to see
   * @param scratch contains their directories
   */
  public IsolationProbe(VisibleFiles files, Path scratch, RenderLimits limits) {
    this.files = files;
    this.scratch = scratch;
    this.limits = limits;
  }

  /**
   * Returns the strongest that works, or that of a given mode; {@link Isolation.None} if it does
   * not work.
   *
   * @param path searched for {@code bwrap} in addition to the system's directories
   */
  public Isolation strongest(Optional<IsolationMode> wanted, String path)
      throws InterruptedException {
    for (Isolation isolation : candidates(path)) {
      if (wanted.isEmpty() || wanted.get() == isolation.mode()) {
        if (works(isolation)) {
          return isolation;
        }
      }
    }
    return new Isolation.None();
  }

  private List<Isolation> candidates(String path) {
    List<Isolation> candidates = new ArrayList<>();
    InstalledProgram.find("bwrap", "/usr/bin:/usr/local/bin:/bin:" + path)
        .ifPresent(
            program ->
                Stream.of(true, false)
                    .map(processes -> new Bubblewrap(program, files, processes))
                    .forEach(candidates::add));
    candidates.add(new Namespaces(files, true));
    candidates.add(new Namespaces(files, false));
    candidates.add(new OtherUser());
    return candidates;
  }

  /** Returns whether a program can write to its own directory but cannot read beside it. */
  private boolean works(Isolation isolation) throws InterruptedException {
    Path secret = null;
    try (Sandbox sandbox = new Sandbox(scratch, limits, isolation)) {
      secret = Files.createTempFile(scratch, "sluice-wall-", ""); // readable only by its owner
      String script =
          "echo x > x && ! cat %s 2>/dev/null && echo %s"
              .formatted(ReadyShell.quoted(secret.toString()), HOLDS);
      return sandbox
          .output(List.of("/bin/sh", "-c", "PATH=/usr/bin:/bin; " + script), PATIENCE)
          .filter(output -> output.strip().equals(HOLDS))
          .isPresent();
    } catch (IOException e) {
      return false;
    } finally {
      if (secret != null) {
        secret.toFile().delete();
      }
    }
  }
}
