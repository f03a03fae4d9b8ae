@NullMarked
package dev.throughline.channel.email;

import org.jspecify.annotations.NullMarked;
