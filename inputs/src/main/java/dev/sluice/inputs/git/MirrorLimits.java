package dev.sluice.inputs.git;

import java.util.Optional;

/**
 * Limits of the disk space for mirrors.
 *
 * @param each bytes of one mirror; a fetch that would exceed it is aborted
 * @param all bytes of all mirrors together; beyond it, the least recently used ones are removed;
 *     empty for no limit
 */
public record MirrorLimits(long each, Optional<Long> all) {

  public static final MirrorLimits DEFAULT = new MirrorLimits(4L << 30, Optional.empty());

  /** No limits. */
  static final MirrorLimits NONE = new MirrorLimits(Long.MAX_VALUE, Optional.empty());
}
