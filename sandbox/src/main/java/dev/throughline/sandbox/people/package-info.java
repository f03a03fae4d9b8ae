/**
 * The people of the sandbox as every emulated network sees them: what it hands over appears on
 * their phones, unless the state of that channel says otherwise, and what they write is brought
 * back. Promises that a network never learns more than a real one would. May call {@code
 * sandbox.emulator} and Helidon only.
 */
@NullMarked
package dev.throughline.sandbox.people;

import org.jspecify.annotations.NullMarked;
