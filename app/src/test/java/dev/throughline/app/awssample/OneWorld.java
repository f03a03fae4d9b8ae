package dev.throughline.app.awssample;

import dev.throughline.app.SampleWorld;
import java.io.IOException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts the world for whoever asks first; it ends with the last test of the process. */
final class OneWorld implements ParameterResolver, AfterEachCallback {
  private static final Namespace SPACE = Namespace.create(OneWorld.class);

  /** Kept by the root store, which closes it. */
  private record Started(SampleWorld world) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      world.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == SampleWorld.class;
  }

  @Override
  public SampleWorld resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return world(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    SampleWorld world = world(context);
    world.heal();
    world.rest();
  }

  private static SampleWorld world(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(SPACE)
        .computeIfAbsent(Started.class, key -> start(), Started.class)
        .world();
  }

  private static Started start() {
    try {
      return new Started(SampleWorld.start());
    } catch (Exception e) {
      throw new IllegalStateException("the world does not start", e);
    }
  }
}
