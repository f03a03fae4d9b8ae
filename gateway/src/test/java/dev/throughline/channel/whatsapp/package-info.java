@NullMarked
package dev.throughline.channel.whatsapp;

import org.jspecify.annotations.NullMarked;
