package dev.throughline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A path finds the one route that means it, with its parameters, or says why not. */
class RoutesTest {
  private static final Handler NOTHING = _ -> Response.empty(200);
  private final Routes routes =
      new Routes(
          List.of(
              Route.get("/", NOTHING),
              Route.post("/hooks/line/{app}", NOTHING),
              Route.post("/hooks/line/{app}/{ordinal}", NOTHING),
              Route.post("/v1/projects/{p}/messages:send", NOTHING),
              Route.get("/v1/projects/{p}/messages", NOTHING),
              Route.get("/v1/projects/{p}/messages/{id}", NOTHING),
              Route.delete("/v1/projects/{p}/messages/{id}", NOTHING),
              Route.get("/v1/projects/{p}/messages/{id}/receipt", NOTHING),
              Route.get("/v1/projects/{p}/contacts/{id}", NOTHING),
              Route.post("/v1/projects/{p}/contacts/{id}:merge", NOTHING),
              Route.post("/v1/projects/{p}/contacts:getChannelProfile", NOTHING),
              Route.get("/a/fixed/x", NOTHING),
              Route.get("/a/{p}/y", NOTHING)));

  private String find(String method, String path) {
    return switch (routes.find(method, path)) {
      case Routes.Match.Found(Route route, Request.PathParameters parameters) -> {
        StringBuilder found = new StringBuilder(route.template());
        for (String name : List.of("app", "ordinal", "p", "id")) {
          String value = parameters.find(name);
          found.append(value == null ? "" : " " + name + "=" + value);
        }
        yield found.toString();
      }
      case Routes.Match.Failed(HttpFailure failure) -> Integer.toString(failure.status());
    };
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /, /",
    "POST, /hooks/line/a1, /hooks/line/{app} app=a1",
    "POST, /hooks/line/a1/2, /hooks/line/{app}/{ordinal} app=a1 ordinal=2",
    "POST, /hooks/line/, 404",
    "POST, /hooks/line, 404",
    "POST, /hooks/line/a/b/c, 404",
    "POST, /hooks//a, 404",
    "GET, /hooks/line/a1, 405",
    "POST, /v1/projects/x/messages:send, /v1/projects/{p}/messages:send p=x",
    "GET, /v1/projects/x/messages:send, 405",
    "GET, /v1/projects/x/messages, /v1/projects/{p}/messages p=x",
    "HEAD, /v1/projects/x/messages, /v1/projects/{p}/messages p=x",
    "GET, /v1/projects/x/messages/, 404",
    "GET, /v1/projects/x/messages/m%201/receipt, /v1/projects/{p}/messages/{id}/receipt p=x id=m 1",
    "POST, /v1/projects/x/contacts/c:merge, /v1/projects/{p}/contacts/{id}:merge p=x id=c",
    "POST, /v1/projects/x/contacts/a:b:merge, /v1/projects/{p}/contacts/{id}:merge p=x id=a:b",
    "POST, /v1/projects/x/contacts/:merge, 405",
    "GET, /v1/projects/x/contacts/a:b, /v1/projects/{p}/contacts/{id} p=x id=a:b",
    "GET, /v1/projects/x/contacts/%2e%2e%2f, /v1/projects/{p}/contacts/{id} p=x id=../",
    "GET, /a/fixed/x, /a/fixed/x",
    "GET, /a/fixed/y, /a/{p}/y p=fixed",
    "GET, /A/fixed/x, 404",
    "GET, x, 400"
  })
  void findsTheRoute(String method, String path, String expected) {
    assertThat(find(method, path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "/{",
        "/{}",
        "/{a}b",
        "/{a}/{a}",
        "/{a}:x/b",
        "/a{b}",
        "/%41",
        "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}"
      })
  void refusesBadTemplates(String template) {
    assertThatThrownBy(() -> new Routes(List.of(Route.get(template, NOTHING))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesEscapesThatMeanNothing() {
    assertThatThrownBy(() -> find("GET", "/v1/projects/%g1/messages"))
        .isInstanceOf(PercentCode.MalformedException.class);
  }
}
