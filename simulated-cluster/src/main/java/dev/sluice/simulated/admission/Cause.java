package dev.sluice.simulated.admission;

/** Cause of a refusal: its kind, such as {@code FieldValueInvalid}, its field, and text. */
public record Cause(String reason, String field, String message) {}
