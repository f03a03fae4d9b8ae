/**
 * Files. What people send is fetched from their channel, kept encrypted for a set time and served
 * under signed addresses; what apps send is looked at before it goes out, and made fit for the
 * channel. May call {@code http}, {@code store}, {@code vault}, {@code log}, {@code task}, {@code
 * channel} and {@code conversation}; only its task handlers and the probe call out.
 */
@NullMarked
package dev.throughline.media;

import org.jspecify.annotations.NullMarked;
