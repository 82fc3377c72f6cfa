package dev.sluice.inputs.propose;

/**
 * A file or directory that no application is proposed for, although it may belong to one.
 *
 * @param path empty for the repository's root
 */
public record LeftOut(String path, String reason) {}
