/**
 * E-mail, by SMTP or Amazon SES. Rendering and parsing are pure; a rendered message is the {@code
 * Content} of SES's SendEmail, from which the MIME of SMTP is made as well. May call {@code
 * channel}, {@code contract}, {@code http} and {@code message}.
 */
@NullMarked
package dev.throughline.channel.email;

import org.jspecify.annotations.NullMarked;
