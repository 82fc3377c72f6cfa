package dev.sluice.standalone.client.output;

/**
 * Line of a description.
 *
 * @param label empty if the text belongs to the line above
 */
public record Fact(String label, String text) {}
