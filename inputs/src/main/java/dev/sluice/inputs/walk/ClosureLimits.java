package dev.sluice.inputs.walk;

/**
 * Limits of a closure.
 *
 * @param maxFiles number of files and links
 * @param maxBytes uncompressed size of all files together, also of those of several sources: what
 *     the processes' heaps have room for several times over, as JSON, text and parsed objects
 */
public record ClosureLimits(int maxFiles, int maxBytes) {

  public static final ClosureLimits DEFAULT = new ClosureLimits(10_000, 32 * 1024 * 1024);
}
