package dev.sluice.worker.render;

import java.util.List;

/**
 * The text that a source rendered to.
 *
 * @param renderer name and version, such as {@code kubectl kustomize v5.5.0}
 * @param again a second rendering of the same inputs; empty if it is the same
 */
public record RenderResult(List<Part> parts, String renderer, List<Part> again) {

  public RenderResult {
    parts = List.copyOf(parts);
    again = List.copyOf(again);
  }

  RenderResult(List<Part> parts, String renderer) {
    this(parts, renderer, List.of());
  }

  /** Returns this rendering with another one of the same inputs. */
  RenderResult and(RenderResult second) {
    return parts.equals(second.parts) ? this : new RenderResult(parts, renderer, second.parts);
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
