/**
 * The page where people stop messages and have them start again, and the address where mail
 * programs do so for them (RFC 8058). What they decide is an entry before they are answered.
 */
@NullMarked
package dev.throughline.consent;

import org.jspecify.annotations.NullMarked;
