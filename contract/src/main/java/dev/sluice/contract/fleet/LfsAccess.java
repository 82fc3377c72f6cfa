package dev.sluice.contract.fleet;

/**
 * Permission to fetch the files of Git LFS that a repository points to.
 *
 * @param maxBytes the largest file in bytes
 */
public record LfsAccess(int maxBytes) {

  /** The largest value of {@code maxBytes}: that of all files of an application together. */
  public static final int MOST_BYTES = 32 << 20;
}
