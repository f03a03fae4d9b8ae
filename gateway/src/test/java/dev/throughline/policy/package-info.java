/** Tests of what apps may send to whom, and when. */
@NullMarked
package dev.throughline.policy;

import org.jspecify.annotations.NullMarked;
