/**
 * Meta's Graph API as far as WhatsApp's Cloud API needs it: sends, templates, media, profiles and
 * numbers, signed webhooks with statuses and what people write. Promises the documented errors,
 * limits and the 24-hour window, and a journal of its own for tests to judge by. May call {@code
 * sandbox.emulator} and {@code sandbox.people} only.
 */
@NullMarked
package dev.throughline.sandbox.meta;

import org.jspecify.annotations.NullMarked;
