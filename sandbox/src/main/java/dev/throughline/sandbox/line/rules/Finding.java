package dev.throughline.sandbox.line.rules;

/** One entry of {@code details} in an error answer: what is wrong, and where. */
public record Finding(String message, String property) {}
