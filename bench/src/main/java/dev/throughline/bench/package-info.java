/**
 * The benchmarks of this repository: every number comes with the peers that ran beside it, in short
 * windows in turn, so that ratios within one run mean something on a noisy machine. Aims at
 * loopback only, keeps its load generator in a process of its own, and writes every raw round to
 * JSON. May call every other module; nothing calls it but the command line.
 */
@NullMarked
package dev.throughline.bench;

import org.jspecify.annotations.NullMarked;
