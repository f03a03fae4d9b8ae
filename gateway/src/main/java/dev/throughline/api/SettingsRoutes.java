package dev.throughline.api;

import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.ProjectSettings;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.message.Ids.ProjectId;
import java.util.List;
import java.util.Optional;

/** A project's settings (contract, 2): the request is not wrapped, the answer is. */
final class SettingsRoutes {
  private static final String BASE = "/v1/projects/{project}/settings";
  private static final String CONTACTS = "contact_settings";
  private static final String UNIFIED = "unified_contact_id_enabled";

  private final ProjectSettings settings;
  private final Directory directory;

  SettingsRoutes(ProjectSettings settings, Directory directory) {
    this.settings = settings;
    this.directory = directory;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.get(BASE, guard.project((project, request) -> shown(project))),
        Route.post(BASE, guard.project(this::write)),
        Route.patch(BASE, guard.project(this::patch)),
        Route.delete(BASE, guard.project(this::delete)));
  }

  private Response write(ProjectId project, Request request) {
    settings.unifiedContact(
        project, Optional.of(given(Fields.of(Json.request(request.body()))).orElse(false)));
    return shown(project);
  }

  /** What the body does not say stays. */
  private Response patch(ProjectId project, Request request) {
    given(Fields.of(Json.request(request.body())))
        .ifPresent(value -> settings.unifiedContact(project, Optional.of(value)));
    return shown(project);
  }

  private Response delete(ProjectId project, Request request) {
    settings.unifiedContact(project, Optional.empty());
    return Answers.empty();
  }

  private static Optional<Boolean> given(Fields body) {
    return body.object(CONTACTS).flatMap(contacts -> contacts.bool(UNIFIED));
  }

  private Response shown(ProjectId project) {
    var json = Json.object().put("project_id", project.value());
    json.putObject("settings").putObject(CONTACTS).put(UNIFIED, directory.isUnified(project));
    return Answers.ok(json);
  }
}
