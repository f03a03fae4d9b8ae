package dev.throughline.api;

import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The API's own description, {@code docs/api/openapi.yaml}, for whoever asks. */
final class DocumentRoutes {
  private static final String RESOURCE = "openapi.yaml";

  List<Route> routes() {
    return List.of(Route.get("/openapi.yaml", Guard.open(this::document)));
  }

  /** Read when it is asked for, which is seldom. */
  private Response document(Request request) throws IOException {
    try (InputStream in = DocumentRoutes.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IOException("the build left out " + RESOURCE);
      }
      return Response.of(200, "application/yaml", Bytes.wrap(in.readAllBytes()));
    }
  }
}
