package dev.sluice.worker.helm;

import dev.sluice.worker.sandbox.InputDirectory;
import dev.sluice.worker.sandbox.RenderException;

/** What turns a chart into manifests. */
public sealed interface HelmEngine extends AutoCloseable permits HelmProgram, HelmLibrary {

  /** Name and version; says what it cannot do as well. */
  String name();

  /** Ends what waits to render. */
  @Override
  default void close() {}

  /** Makes an empty directory for a chart to be rendered in. */
  InputDirectory open() throws RenderException;

  /**
   * Renders a chart that is complete: its dependencies are in its {@code charts/}.
   *
   * @param subject what it is, for messages
   */
  String template(ChartRun run, InputDirectory directory, String subject)
      throws RenderException, InterruptedException;
}
