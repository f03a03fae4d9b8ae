/**
 * Tests of the LINE channel, over golden webhook bodies, generated bodies, and sockets on the
 * loopback interface.
 */
@NullMarked
package dev.throughline.channel.line.account;

import org.jspecify.annotations.NullMarked;
