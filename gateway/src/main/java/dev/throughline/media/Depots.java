package dev.throughline.media;

import dev.throughline.http.Http;
import java.time.InstantSource;

/** Opens the depot that is configured. */
public final class Depots {
  private final Http http;
  private final InstantSource clock;

  public Depots(Http http, InstantSource clock) {
    this.http = http;
    this.clock = clock;
  }

  Depot of(MediaConfig.Storage storage) {
    return switch (storage) {
      case MediaConfig.Storage.Directory(var path) -> new DirectoryDepot(path);
      case MediaConfig.Storage.Bucket bucket -> new BucketDepot(bucket, http, clock);
    };
  }
}
