/** Tests of {@code http} over real sockets. */
@NullMarked
package dev.throughline.http;

import org.jspecify.annotations.NullMarked;
