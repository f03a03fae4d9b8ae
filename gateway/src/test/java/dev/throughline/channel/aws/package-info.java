@NullMarked
package dev.throughline.channel.aws;

import org.jspecify.annotations.NullMarked;
