/**
 * The 18 defects of the AWS sample for omnichannel fallback, a class each, named after it: the
 * sample's own request, and that ours does right what the sample did wrong. All classes share one
 * started world.
 */
@NullMarked
package dev.throughline.app.awssample;

import org.jspecify.annotations.NullMarked;
