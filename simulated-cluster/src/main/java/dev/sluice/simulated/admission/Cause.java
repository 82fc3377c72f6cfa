package dev.sluice.simulated.admission;

/** One reason among several: its kind, such as {@code FieldValueInvalid}, its field, and text. */
public record Cause(String reason, String field, String message) {}
