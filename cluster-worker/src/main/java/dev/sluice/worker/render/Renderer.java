package dev.sluice.worker.render;

import dev.sluice.worker.sandbox.RenderException;

/** Renders the files of one source to manifest text. */
interface Renderer {

  /**
   * Returns name and version for results: the same name renders the same inputs to the same text.
   */
  String name();

  /**
   * Returns name and version for this source, including other programs that take part.
   *
   * @throws RenderException if they may not run, or are not installed
   */
  default String name(RenderRequest request) throws RenderException {
    return name();
  }

  /**
   * Renders one source, without its customization.
   *
   * @throws RenderException if these inputs cannot be rendered, or not now
   * @throws InterruptedException if the calling thread was interrupted; nothing is left running
   */
  RenderResult render(RenderRequest request) throws RenderException, InterruptedException;
}
