package dev.sluice.worker.helm;

import dev.sluice.worker.sandbox.InputDirectory;
import dev.sluice.worker.sandbox.RenderException;

/** An engine that turns a chart into manifests. */
public sealed interface HelmEngine extends AutoCloseable permits HelmProgram, HelmLibrary {

  /** Returns the name and version, including the limitations. */
  String name();

  /** Ends the processes that wait to render. */
  @Override
  default void close() {}

  /** Creates an empty directory for a chart to be rendered in. */
  InputDirectory open() throws RenderException;

  /**
   * Renders a chart whose dependencies are all in its {@code charts/}.
   *
   * @param subject describes the chart in messages
   */
  String template(ChartRun run, InputDirectory directory, String subject)
      throws RenderException, InterruptedException;
}
