@NullMarked
package dev.throughline.media;

import org.jspecify.annotations.NullMarked;
