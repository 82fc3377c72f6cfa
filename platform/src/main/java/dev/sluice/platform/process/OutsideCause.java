package dev.sluice.platform.process;

/**
 * Marks an exception whose cause lies outside of this process: a file system, another version's
 * records, a server. Waiting may mend it, so a loop that ends with one is tried again for ever.
 */
public interface OutsideCause {}
