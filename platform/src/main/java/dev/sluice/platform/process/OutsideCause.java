package dev.sluice.platform.process;

/**
 * Marks an exception with an external cause: a file system, another version's records, a server.
 * Waiting may resolve it, so a loop that fails with one is retried without limit.
 */
public interface OutsideCause {}
