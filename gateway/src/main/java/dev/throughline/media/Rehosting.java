package dev.throughline.media;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ProjectId;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Pictures of ours, for channels to fetch: under addresses that never change and may be kept by
 * whoever stands in front of us, and that can be taken back all the same.
 */
public final class Rehosting {
  private static final Ulid NONE = new Ulid(0, 0);

  private final MediaLibrary library;
  private final MediaLinks links;
  private final InstantSource clock;

  public Rehosting(MediaLibrary library, MediaLinks links, InstantSource clock) {
    this.library = library;
    this.links = links;
    this.clock = clock;
  }

  /** Channels fetch over TLS: without an address for that there is nothing to give them. */
  boolean isPossible() {
    return links.isSecure();
  }

  /** An address that has the form of one of ours. */
  String sample() {
    return links.lasting(NONE);
  }

  /** Puts off its end; false if it is gone or was taken back. */
  boolean uses(Ulid id) {
    return library.uses(id, clock.instant());
  }

  Look.Rehosted keep(ProjectId project, Pictures.Made picture) throws IOException {
    Ulid id = library.rehost(project, picture.bytes(), picture.type(), clock.instant());
    return new Look.Rehosted(id, links.lasting(id));
  }

  /** A neutral picture, for a film of which nobody gave one. */
  Optional<String> placeholder(ProjectId project, boolean keeps) throws IOException {
    if (!isPossible()) {
      return Optional.empty();
    }
    return Optional.of(
        keeps
            ? keep(project, new Pictures.Made(Bytes.wrap(Pictures.placeholder()), MediaType.PNG))
                .address()
            : sample());
  }
}
