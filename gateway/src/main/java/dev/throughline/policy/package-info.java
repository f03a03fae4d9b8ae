/**
 * Whether a message of a class may go to somebody now: consent, suppression, quiet hours, and the
 * words by which people opt out and in. Pure functions of settings, of what is known, and of a
 * time; calls nothing.
 */
@NullMarked
package dev.throughline.policy;

import org.jspecify.annotations.NullMarked;
