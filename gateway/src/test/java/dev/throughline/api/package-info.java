/** Tests of the API over HTTP. */
@NullMarked
package dev.throughline.api;

import org.jspecify.annotations.NullMarked;
