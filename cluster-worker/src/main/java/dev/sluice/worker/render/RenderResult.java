package dev.sluice.worker.render;

import java.util.List;

/**
 * The text that a source rendered to.
 *
 * @param renderer name and version, such as {@code kubectl kustomize v5.5.0}
 */
public record RenderResult(List<Part> parts, String renderer) {

  public RenderResult {
    parts = List.copyOf(parts);
  }

  static RenderResult of(String source, String text, String renderer) {
    return new RenderResult(List.of(new Part(source, text)), renderer);
  }

  /**
   * A piece of text that contains whole documents.
   *
   * @param source the file it came from, or the directory that was built; for messages
   */
  public record Part(String source, String text) {

    /** Omits the text, which may contain Secrets. */
    @Override
    public String toString() {
      return "Part[source=%s, %d characters]".formatted(source, text.length());
    }
  }
}
