package dev.sluice.inputs.walk;

/**
 * Limits of a closure.
 *
 * @param maxFiles number of files and links
 * @param maxBytes uncompressed size of all files together: a target must fit into a record of 16
 *     MiB
 */
public record ClosureLimits(int maxFiles, int maxBytes) {

  public static final ClosureLimits DEFAULT = new ClosureLimits(10_000, 12 * 1024 * 1024);
}
