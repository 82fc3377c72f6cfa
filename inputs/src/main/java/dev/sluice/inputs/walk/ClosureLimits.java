package dev.sluice.inputs.walk;

/**
 * How much a closure may hold.
 *
 * @param maxFiles files and links
 * @param maxBytes of all files together, uncompressed: a target must fit a record of 16 MiB
 */
public record ClosureLimits(int maxFiles, int maxBytes) {

  public static final ClosureLimits DEFAULT = new ClosureLimits(10_000, 12 * 1024 * 1024);
}
