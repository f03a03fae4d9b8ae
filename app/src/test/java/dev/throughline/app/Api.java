package dev.throughline.app;

import dev.throughline.api.ApiDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks HTTP with one server under one credential, as a customer's program does. */
final class Api {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(DEADLINE).build();

  private final String base;
  private final String authorization;
  private final boolean isGateway;

  Api(String base, String authorization) {
    this(base, authorization, false);
  }

  private Api(String base, String authorization, boolean isGateway) {
    this.base = base;
    this.authorization = authorization;
    this.isGateway = isGateway;
  }

  /** A gateway: whatever is said is held against its OpenAPI document. */
  static Api ofGateway(String base) {
    return new Api(base, "", true);
  }

  /** What a server answered. */
  record Answer(int status, HttpHeaders headers, String text) {
    /** The body's JSON; missing where there is none. */
    JsonNode json() {
      try {
        return text.isBlank() ? JSON.missingNode() : JSON.readTree(text);
      } catch (JacksonException e) {
        throw new AssertionError("no JSON: HTTP " + status + " " + text, e);
      }
    }

    /** The JSON of a 200. */
    JsonNode ok() {
      if (status != 200) {
        throw new AssertionError("HTTP " + status + " " + text);
      }
      return json();
    }

    /** The contract's word for an error. */
    String error() {
      return json().path("error").path("status").asString("");
    }
  }

  static JsonNode json(String text) {
    return JSON.readTree(text);
  }

  static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  Api under(String path) {
    return new Api(base + path, authorization, isGateway);
  }

  Api as(String otherAuthorization) {
    return new Api(base, otherAuthorization, isGateway);
  }

  Answer get(String path, String... headers) {
    return call("GET", path, new byte[0], headers);
  }

  /** The body of an answer, whatever it is. */
  byte[] bytes(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(DEADLINE)
            .header("Authorization", authorization)
            .build();
    try {
      return CLIENT.send(request, BodyHandlers.ofByteArray()).body();
    } catch (IOException e) {
      throw new UncheckedIOException("GET " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  Answer delete(String path, String... headers) {
    return call("DELETE", path, new byte[0], headers);
  }

  Answer post(String path, String json, String... headers) {
    return call("POST", path, json.getBytes(StandardCharsets.UTF_8), headers);
  }

  Answer put(String path, String json, String... headers) {
    return call("PUT", path, json.getBytes(StandardCharsets.UTF_8), headers);
  }

  Answer patch(String path, String json, String... headers) {
    return call("PATCH", path, json.getBytes(StandardCharsets.UTF_8), headers);
  }

  Answer post(String path, byte[] body, String... headers) {
    return call("POST", path, body, headers);
  }

  private Answer call(String method, String path, byte[] body, String... headers) {
    URI uri = URI.create(base + path);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(DEADLINE)
            .method(
                method,
                body.length == 0 && !method.startsWith("P")
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(body));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    request.header("Content-Type", "application/json");
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    try {
      HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
      if (isGateway) {
        judge(method, uri, body, response);
      }
      return new Answer(response.statusCode(), response.headers(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void judge(String method, URI uri, byte[] body, HttpResponse<String> response) {
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    List<String> problems =
        ApiDocument.ours()
            .problems(
                new ApiDocument.Exchange(
                    method,
                    uri.getRawPath() + query,
                    new String(body, StandardCharsets.UTF_8),
                    response.statusCode(),
                    response.headers().firstValue("content-type").orElse(""),
                    response.body()));
    if (!problems.isEmpty()) {
      throw new AssertionError("not as docs/api/openapi.yaml says: " + problems);
    }
  }
}
