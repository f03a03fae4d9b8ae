package dev.throughline.bench;

import java.io.IOException;

/** Fires one window of load: a {@link GeneratorProcess}, or in tests a {@link Generator}. */
@FunctionalInterface
interface LoadRunner {
  WindowResult run(Generator.Order order) throws IOException, InterruptedException;
}
