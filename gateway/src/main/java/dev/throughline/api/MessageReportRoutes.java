package dev.throughline.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.throughline.contract.Json;
import dev.throughline.conversation.MessageReports;
import dev.throughline.conversation.MessageReports.Count;
import dev.throughline.conversation.MessageReports.Line;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What became of messages, by class, channel, status and reason: counted as JSON, and one a line as
 * CSV. Neither holds what was said, nor an address.
 */
final class MessageReportRoutes {
  private static final String BASE = "/v1/projects/{project}/messages";
  private static final Duration LONGEST = Duration.ofDays(31);
  private static final Duration LATEST_DAY = Duration.ofDays(1);
  private static final int PAGE = 1_000;
  private static final String HEADER =
      "message_id,app_id,direction,channel,class,accept_time,status,status_time,reason,injected,"
          + "processing_mode,contact_id,conversation_id\n";

  private final MessageReports reports;
  private final Freshness freshness;
  private final InstantSource clock;

  MessageReportRoutes(MessageReports reports, Freshness freshness, InstantSource clock) {
    this.reports = reports;
    this.freshness = freshness;
    this.clock = clock;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.get(BASE + ":report", guard.project(this::report)),
        Route.get(BASE + ":export", guard.project(this::export)));
  }

  /** From when on, and before when. */
  private record Span(Instant from, Instant until) {}

  private Response report(ProjectId project, Request request) throws InterruptedException {
    Span span = span(request);
    List<AppId> apps = apps(project, request);
    freshness.await(project);
    ObjectNode json = Json.object();
    json.put("start_time", span.from().toString());
    json.put("end_time", span.until().toString());
    ArrayNode counts = json.putArray("counts");
    for (Count count : reports.counts(project, apps, span.from(), span.until())) {
      ObjectNode each = counts.addObject();
      each.put("app_id", count.app().toString());
      each.put("channel", count.channel());
      each.put("class", count.messageClass());
      each.put("status", count.status());
      each.put("reason", count.reason());
      each.put("count", count.count());
    }
    return Answers.ok(json);
  }

  private Response export(ProjectId project, Request request) throws InterruptedException {
    Span span = span(request);
    List<AppId> apps = apps(project, request);
    freshness.await(project);
    return Response.streamed(200, "text/csv; charset=utf-8", out -> write(project, apps, span, out))
        .with("Content-Disposition", "attachment; filename=\"messages.csv\"");
  }

  private void write(ProjectId project, List<AppId> apps, Span span, OutputStream out)
      throws IOException {
    out.write(HEADER.getBytes(UTF_8));
    for (AppId app : apps) {
      Optional<Line> last = Optional.empty();
      List<Line> page;
      do {
        page = reports.page(project, app, span.from(), span.until(), last, PAGE);
        for (Line line : page) {
          out.write(csv(line).getBytes(UTF_8));
        }
        last = page.isEmpty() ? last : Optional.of(page.getLast());
      } while (page.size() == PAGE);
    }
  }

  /** Ids, times and words of the contract: nothing that would have to be quoted. */
  private static String csv(Line line) {
    return String.join(
            ",",
            line.id().toString(),
            line.app().toString(),
            line.toApp() ? "TO_APP" : "TO_CONTACT",
            line.channel(),
            line.messageClass(),
            line.acceptTime().toString(),
            line.status(),
            line.statusAt().toString(),
            line.reason(),
            Boolean.toString(line.injected()),
            line.processingMode(),
            line.contact().map(Ulid::toString).orElse(""),
            line.conversation().map(Ulid::toString).orElse(""))
        + "\n";
  }

  private List<AppId> apps(ProjectId project, Request request) {
    Optional<AppId> only = Answers.idQuery(request, "app_id").map(AppId::new);
    List<AppId> apps = reports.apps(project, only);
    if (only.isPresent() && apps.isEmpty()) {
      throw AppRoutes.unknown();
    }
    return apps;
  }

  private Span span(Request request) {
    MessageQuery query = MessageQuery.of(request::rawPlusQuery);
    Instant until =
        query.until().orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.MILLIS).plusMillis(1));
    Instant from = query.from().orElseGet(() -> until.minus(LATEST_DAY));
    if (!from.isBefore(until) || Duration.between(from, until).compareTo(LONGEST) > 0) {
      throw Refusal.invalid(
          "FIELD_INVALID",
          "start_time",
          "start_time must be before end_time, and at most " + LONGEST.toDays() + " days.");
    }
    return new Span(from, until);
  }
}
