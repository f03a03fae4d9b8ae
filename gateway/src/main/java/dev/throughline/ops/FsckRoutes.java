package dev.throughline.ops;

import dev.throughline.evidence.Fsck;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code GET /fsck} on the operations port: a line of text for each thing found and each step of
 * the way, the last one {@link #CLEAN} or {@link #FOUND}.
 */
public final class FsckRoutes {
  public static final String CLEAN = "clean";
  public static final String FOUND = "problems";

  private final Fsck fsck;

  public FsckRoutes(Fsck fsck) {
    this.fsck = fsck;
  }

  public List<Route> routes() {
    return List.of(Route.get("/fsck", this::check));
  }

  private Response check(Request request) {
    return Response.streamed(
        200,
        "text/plain; charset=utf-8",
        out -> {
          Fsck.Report report = fsck.run(line -> write(out, line));
          write(out, report.clean() ? CLEAN : FOUND);
        });
  }

  private static void write(OutputStream out, String line) {
    try {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException gone) {
      throw new UncheckedIOException("whoever asked for the check went away", gone);
    }
  }
}
