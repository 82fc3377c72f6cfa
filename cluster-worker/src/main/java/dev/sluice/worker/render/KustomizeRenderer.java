package dev.sluice.worker.render;

import dev.sluice.contract.event.SourceInputs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * Builds kustomizations with the machine's {@code kustomize} or {@code kubectl}, as its own process
 * in a directory that holds only the closure.
 *
 * <p>What the process cannot do:
 *
 * <ul>
 *   <li>read the machine's files: kustomize's own load restriction stays on, since a directory of
 *       its own does not stop {@code /etc/passwd} from being named. Bases at {@code ../} work under
 *       it; a single file outside of its kustomization's directory does not, as it does not with
 *       {@code kubectl apply -k};
 *   <li>reach the network: remote references are refused before it starts ({@link
 *       RemoteReferences}); of those that hide there is no {@code git} on its PATH, and its proxy
 *       is a closed port;
 *   <li>run plugins or helm: they stay off, and there is nothing on its PATH;
 *   <li>see the worker's environment;
 *   <li>run or write without end.
 * </ul>
 */
public final class KustomizeRenderer implements Renderer {

  private static final int ERROR_TAIL = 2_000;
  private static final int SIGNALS = 128;
  private static final String NOWHERE = "http://127.0.0.1:9";

  private final KustomizeCommand command;
  private final Path temporary;
  private final Duration limit;
  private final Semaphore running;

  /**
   * @param temporary an existing directory for private directories
   * @param limit of one build
   * @param concurrency builds at a time; more than there are cores gains nothing
   */
  KustomizeRenderer(KustomizeCommand command, Path temporary, Duration limit, int concurrency) {
    this.command = command;
    this.temporary = temporary;
    this.limit = limit;
    this.running = new Semaphore(concurrency, true);
  }

  @Override
  public String name() {
    return command.name();
  }

  @Override
  public RenderResult render(SourceInputs inputs) throws RenderException, InterruptedException {
    if (!inputs.path().isEmpty()) {
      InputPaths.checked(inputs.path());
    }
    RemoteReferences.refuse(inputs.files());
    running.acquire();
    try (InputDirectory directory = InputDirectory.of(inputs, temporary)) {
      String output = build(directory, inputs);
      String source = "kustomization %s".formatted(shown(inputs));
      return new RenderResult(List.of(new RenderResult.Part(source, output)), name());
    } finally {
      running.release();
    }
  }

  private String build(InputDirectory directory, SourceInputs inputs)
      throws RenderException, InterruptedException {
    String home = directory.home().toString();
    BoundedProcess process =
        new BoundedProcess(
            command.build(inputs.path().isEmpty() ? "." : inputs.path()),
            directory.tree(),
            Map.of(
                "HOME",
                home,
                "TMPDIR",
                home,
                "PATH",
                home,
                "HTTP_PROXY",
                NOWHERE,
                "HTTPS_PROXY",
                NOWHERE),
            limit);
    try {
      return switch (process.run()) {
        case BoundedProcess.Ending.Exited exited -> {
          if (exited.code() == 0) {
            yield exited.output();
          }
          throw failed(exited, directory, inputs);
        }
        case BoundedProcess.Ending.TookTooLong _ ->
            throw RenderException.temporary(
                "RendererTimeout",
                "%s took longer than %s to build %s and was killed"
                    .formatted(name(), limit, shown(inputs)),
                null);
        case BoundedProcess.Ending.WroteTooMuch _ ->
            throw RenderException.permanent(
                "RenderingTooLarge",
                "%s made more than %d MiB of %s: split the application"
                    .formatted(name(), BoundedProcess.MAX_OUTPUT >> 20, shown(inputs)));
      };
    } catch (IOException e) {
      throw RenderException.temporary(
          "RendererMissing",
          "%s does not start any more: is %s still there?"
              .formatted(name(), command.arguments().getFirst()),
          e);
    }
  }

  private RenderException failed(
      BoundedProcess.Ending.Exited exited, InputDirectory directory, SourceInputs inputs) {
    String errors =
        exited
            .errors()
            .replace(directory.tree() + "/", "")
            .replace(directory.tree().toString(), ".");
    String tail = errors.substring(Math.max(0, errors.length() - ERROR_TAIL)).strip();
    if (exited.code() >= SIGNALS) {
      return RenderException.temporary(
          "RendererKilled",
          "%s was killed while it built %s (exit code %d): does the worker have enough memory? %s"
              .formatted(name(), shown(inputs), exited.code(), tail),
          null);
    }
    return RenderException.permanent(
        "RenderFailed",
        "%s cannot build %s (exit code %d): %s"
            .formatted(name(), shown(inputs), exited.code(), tail));
  }

  private static String shown(SourceInputs inputs) {
    return inputs.path().isEmpty() ? "at the repository's root" : inputs.path();
  }
}
