package dev.throughline.message;

/**
 * The largest files that a channel takes, in bytes.
 *
 * @param preview of the small picture that is shown before a film or in a chat
 */
public record MediaLimits(long picture, long preview, long film, long sound) {}
