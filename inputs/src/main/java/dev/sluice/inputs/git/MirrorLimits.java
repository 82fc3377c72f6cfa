package dev.sluice.inputs.git;

import java.util.Optional;

/**
 * How much of the disk mirrors may take.
 *
 * @param each bytes of one mirror; a fetch that would make it larger is broken off
 * @param all bytes of all together, beyond which those are removed that have not been used for the
 *     longest; empty for no limit
 */
public record MirrorLimits(long each, Optional<Long> all) {

  public static final MirrorLimits DEFAULT = new MirrorLimits(4L << 30, Optional.empty());

  /** For who has no use for limits. */
  static final MirrorLimits NONE = new MirrorLimits(Long.MAX_VALUE, Optional.empty());
}
