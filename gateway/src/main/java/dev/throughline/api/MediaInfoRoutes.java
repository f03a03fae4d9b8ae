package dev.throughline.api;

import dev.throughline.contract.Json;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.media.MediaLibrary;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** What is known of a file, and taking it back: extensions of the contract. */
public final class MediaInfoRoutes {
  private static final String PATH = "/v1/projects/{project}/media/{media}";

  private final MediaLibrary library;

  private MediaInfoRoutes(MediaLibrary library) {
    this.library = library;
  }

  public static List<Route> routes(Api.Ground ground, AccessKeys keys, MediaLibrary library) {
    Guard guard = new Guard(keys, new Tokens(ground.vault(), ground.clock()), ground.rates());
    return new MediaInfoRoutes(library).routes(guard);
  }

  private List<Route> routes(Guard guard) {
    return List.of(
        Route.get(PATH, guard.project(this::get)), Route.delete(PATH, guard.project(this::revoke)));
  }

  private Response get(ProjectId project, Request request) {
    MediaLibrary.Info info =
        library.find(project, id(request)).orElseThrow(MediaInfoRoutes::unknown);
    ObjectNode json = Json.object();
    json.put("id", info.id().toString());
    json.put("message_id", info.message().map(MessageId::toString).orElse(""));
    json.put("state", info.state());
    json.put("reason", info.reason().orElse(""));
    json.put("content_type", info.type());
    json.put("length", info.length());
    json.put("file_name", info.name().orElse(""));
    json.put("create_time", info.created().toString());
    json.put("expire_time", info.expires().toString());
    return Answers.ok(json);
  }

  private Response revoke(ProjectId project, Request request) {
    if (!library.revoke(project, id(request))) {
      throw unknown();
    }
    return Answers.empty();
  }

  private static Ulid id(Request request) {
    return Answers.id(request, "media", unknown());
  }

  private static Refusal unknown() {
    return Refusal.unknown("MEDIA_UNKNOWN", "The project has no such file.");
  }
}
