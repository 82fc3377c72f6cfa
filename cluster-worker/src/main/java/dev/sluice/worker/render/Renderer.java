package dev.sluice.worker.render;

import dev.sluice.worker.sandbox.RenderException;

/** Turns the files of one source into manifest text. */
interface Renderer {

  /** Name and version, for the record: the same name renders the same inputs to the same text. */
  String name();

  /**
   * The same of what renders this source, where others have a part in it.
   *
   * @throws RenderException if they may not, or are not there
   */
  default String name(RenderRequest request) throws RenderException {
    return name();
  }

  /**
   * Renders one source, without its customization.
   *
   * @throws RenderException if these inputs do not render, or not now
   * @throws InterruptedException if the calling thread was interrupted; nothing is left running
   */
  RenderResult render(RenderRequest request) throws RenderException, InterruptedException;
}
