/** Tests of the emulated AWS, driven by Amazon's own SDK. */
@NullMarked
package dev.throughline.sandbox.aws;

import org.jspecify.annotations.NullMarked;
