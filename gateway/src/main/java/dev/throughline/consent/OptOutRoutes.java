package dev.throughline.consent;

import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.AskedEntries;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.OptOutLinks;
import dev.throughline.conversation.OptOutLinks.Link;
import dev.throughline.conversation.OptOutState;
import dev.throughline.conversation.Owners;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.log.LogUnavailableException;
import dev.throughline.message.ConsentSource;
import dev.throughline.message.Ulids;
import dev.throughline.store.DatabaseException;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /u/{token}}: GET shows what will stop and asks, for mail scanners open every link; POST
 * stops it or has it start again. A mail program posts {@code List-Unsubscribe=One-Click} (RFC
 * 8058), without a cookie and without having looked first.
 */
public final class OptOutRoutes {
  private static final long MAX_BODY_BYTES = 8_192;

  private final OptOutLinks links;
  private final OptOutState state;
  private final Directory directory;
  private final Log log;
  private final Drafts drafts;
  private final Ulids ulids;
  private final Caught caught;

  public OptOutRoutes(
      OptOutLinks links,
      OptOutState state,
      Directory directory,
      Log log,
      Drafts drafts,
      Ulids ulids,
      Caught caught) {
    this.links = links;
    this.state = state;
    this.directory = directory;
    this.log = log;
    this.drafts = drafts;
    this.ulids = ulids;
    this.caught = caught;
  }

  /** Waits a little until what was appended is known everywhere. */
  @FunctionalInterface
  public interface Caught {
    void up() throws InterruptedException;
  }

  public List<Route> routes() {
    return List.of(
        Route.get(OptOutLinks.PATH + "{token}", this::show),
        Route.post(OptOutLinks.PATH + "{token}", this::decide).limit(MAX_BODY_BYTES));
  }

  /** Somebody who came by a good link. */
  private record Visit(App app, Link link, OptOutTexts texts) {}

  private Response show(Request request) {
    try {
      Optional<Visit> visit = visit(request);
      return visit.isEmpty()
          ? unknown(request)
          : OptOutPage.of(200, visit.get().texts(), page(visit.get(), isOut(visit.get()), false));
    } catch (DatabaseException away) {
      return later(request);
    }
  }

  private Response decide(Request request) throws InterruptedException {
    try {
      Optional<Visit> visit = visit(request);
      if (visit.isEmpty()) {
        return unknown(request);
      }
      Optional<OptOutForm> wanted = OptOutForm.of(request.body());
      if (wanted.isEmpty()) {
        return OptOutPage.of(
            400, visit.get().texts(), page(visit.get(), isOut(visit.get()), false));
      }
      boolean out = wanted.get() != OptOutForm.IN;
      // Mail programs repeat themselves: what is so already is no news.
      if (out != isOut(visit.get())) {
        say(visit.get(), out, wanted.get().source());
        caught.up();
      }
      return OptOutPage.of(200, visit.get().texts(), page(visit.get(), out, true));
    } catch (LogUnavailableException | DatabaseException away) {
      return later(request);
    }
  }

  private Optional<Visit> visit(Request request) {
    Optional<Link> link = links.read(request.param("token"));
    Optional<App> app = link.flatMap(found -> directory.app(found.app()));
    if (app.isEmpty() || state.isEnded(app.get(), link.get())) {
      return Optional.empty();
    }
    OptOutTexts texts =
        OptOutTexts.of(state.language(app.get(), link.get().identity()), accepted(request));
    return Optional.of(new Visit(app.get(), link.get(), texts));
  }

  private boolean isOut(Visit visit) {
    return state.isOut(visit.app(), visit.link());
  }

  private static OptOutPage.Content page(Visit visit, boolean out, boolean decided) {
    return new OptOutPage.Content(
        visit.app().displayName(),
        visit.link().identity().channel(),
        visit.link().list(),
        out,
        decided);
  }

  private void say(Visit visit, boolean out, ConsentSource source) {
    Link link = visit.link();
    ObjectNode body =
        ConsentBody.of(
            visit.app().id(), link.identity(), link.list(), out, source, ulids.next().toString());
    log.append(
        drafts
            .draft(AskedEntries.CONSENT, new Subject.Project(visit.app().project().value()))
            .part(
                Owners.person(visit.app().project(), visit.app().id(), link.identity()),
                Json.bytes(body))
            .build());
  }

  private static Response unknown(Request request) {
    OptOutTexts texts = OptOutTexts.of("", accepted(request));
    return OptOutPage.notice(404, texts, texts.notGood());
  }

  private static Response later(Request request) {
    OptOutTexts texts = OptOutTexts.of("", accepted(request));
    return OptOutPage.notice(503, texts, texts.later()).with("Retry-After", "5");
  }

  private static String accepted(Request request) {
    return request.header("accept-language").orElse("");
  }
}
