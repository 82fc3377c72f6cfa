package dev.sluice.worker.helm;

import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.worker.sandbox.InputDirectory;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sandbox.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Helm as a library (helm-java), for machines without the {@code helm} program. It runs in child
 * processes, which are reused and regularly replaced, since the library leaks memory.
 *
 * <p>It supports less than the program; input that it would render differently is refused ({@link
 * LibraryLimits}).
 */
public final class HelmLibrary implements HelmEngine {

  private static final String ABOUT =
      "META-INF/maven/com.marcnuri.helm-java/helm-java/pom.properties";

  private final String name;
  private final Sandbox sandbox;
  private final ConcurrentLinkedDeque<LibraryProcess> idle = new ConcurrentLinkedDeque<>();

  private HelmLibrary(String version, Sandbox sandbox) {
    this.name = "helm-java %s (no hooks, no API versions)".formatted(version);
    this.sandbox = sandbox;
  }

  /** Returns the library; empty if there is none for this system. */
  public static Optional<HelmLibrary> find(Sandbox sandbox) {
    ClassLoader loader = HelmLibrary.class.getClassLoader();
    try (InputStream about = loader.getResourceAsStream(ABOUT)) {
      if (about == null || LibraryProcess.nativePart().isEmpty()) {
        return Optional.empty();
      }
      Properties properties = new Properties();
      properties.load(about);
      return Optional.of(new HelmLibrary(properties.getProperty("version"), sandbox));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void close() {
    for (LibraryProcess one = idle.poll(); one != null; one = idle.poll()) {
      one.close();
    }
  }

  @Override
  public InputDirectory open() throws RenderException {
    return sandbox.openWithoutProgram();
  }

  @Override
  public String template(ChartRun run, InputDirectory directory, String subject)
      throws RenderException, InterruptedException {
    LibraryLimits.refuse(run);
    LibraryProcess process = idle.poll();
    if (process == null) {
      process = LibraryProcess.start(name, sandbox);
    }
    boolean reusable = false;
    try {
      LibraryProcess.Answer answer = process.template(run, directory, subject);
      reusable = process.isReusable();
      return switch (answer) {
        case LibraryProcess.Answer.Rendered rendered -> rendered.text();
        case LibraryProcess.Answer.Failed failed ->
            throw failed(failed.message(), directory, subject);
      };
    } finally {
      if (reusable) {
        idle.push(process);
      } else {
        process.close();
      }
    }
  }

  private RenderException failed(String message, InputDirectory directory, String subject) {
    if (message.contains(Sandbox.NOWHERE)) {
      return LibraryLimits.needsProgram(
          "%s reads the cluster or the network, as lookup does: there is none while charts are rendered"
              .formatted(subject));
    }
    return RenderException.permanent(
        RenderFailure.RENDER_FAILED,
        "%s cannot build %s: %s".formatted(name, subject, Sandbox.tail(message, directory)));
  }
}
