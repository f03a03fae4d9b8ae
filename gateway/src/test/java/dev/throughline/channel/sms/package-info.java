@NullMarked
package dev.throughline.channel.sms;

import org.jspecify.annotations.NullMarked;
