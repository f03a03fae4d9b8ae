/** The mail server, spoken to by Angus Mail. */
@NullMarked
package dev.throughline.sandbox.mail;

import org.jspecify.annotations.NullMarked;
