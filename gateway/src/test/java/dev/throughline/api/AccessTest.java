package dev.throughline.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.api.ApiServer.Answer;
import dev.throughline.message.Ids.ProjectId;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Only who has a live key of a project gets in, and every refusal is in the form by which SDKs know
 * whether a new token helps.
 */
class AccessTest {
  @AutoClose private static ApiServer api;
  private static final String APPS = "/v1/projects/p1/apps";

  @BeforeAll
  static void start() {
    api = ApiServer.start();
  }

  @AfterEach
  void backToNow() {
    api.ahead = Duration.ZERO;
  }

  @Test
  void aTokenHasAllFourFieldsAndOpensTheProject() {
    Answer token = token(api.basic(), "grant_type=client_credentials");

    assertThat(token.status()).isEqualTo(200);
    assertThat(token.json().propertyNames())
        .containsExactlyInAnyOrder("access_token", "expires_in", "scope", "token_type");
    assertThat(token.json().path("expires_in").intValue()).isEqualTo(3_599);
    assertThat(token.text("/access_token").split("\\.")).hasSize(3);
    assertThat(apps("Bearer " + token.text("/access_token")).status()).isEqualTo(200);
  }

  @Test
  void basicWorksEverywhere() {
    assertThat(apps(api.basic()).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Basic",
        "Basic !!!",
        "Basic a2lk",
        "Basic a2lkOmtzZWM=",
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer e30.e30.e30",
        "Digest a=b",
        "nonsense"
      })
  void aWrongCredentialGets401WithoutTheWordExpired(String header) {
    Answer answer = apps(header);

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.headers().firstValue("www-authenticate").orElseThrow())
        .doesNotContain("expired");
    assertThat(answer.text("/error/status")).isEqualTo("UNAUTHENTICATED");
    assertThat(answer.json().at("/error/code").intValue()).isEqualTo(401);
  }

  @Test
  void theHeaderIsWrittenInLowerCase() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", api.port())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + APPS + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 401 Unauthorized\r\n");
      assertThat(answer).contains("\r\nwww-authenticate: Bearer");
    }
  }

  @Test
  void anExpiredTokenIsCalledExpired() {
    String token = token(api.basic(), "grant_type=client_credentials").text("/access_token");
    api.ahead = Duration.ofSeconds(3_598);
    assertThat(apps("Bearer " + token).status()).isEqualTo(200);
    api.ahead = Duration.ofSeconds(3_601);

    Answer answer = apps("Bearer " + token);

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.headers().firstValue("www-authenticate").orElseThrow())
        .isEqualTo("Bearer error=\"invalid_token\", error_description=\"token expired\"");
  }

  @Test
  void aTokenWithOneFlippedLetterIsWrong() {
    String token = token(api.basic(), "grant_type=client_credentials").text("/access_token");
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c == '.' || i == token.length() - 1) {
        continue;
      }
      String flipped = token.substring(0, i) + (c == 'A' ? 'B' : 'A') + token.substring(i + 1);
      assertThat(apps("Bearer " + flipped).status()).as("letter %s", i).isEqualTo(401);
    }
  }

  @Test
  void aRevokedKeyIsRefusedFromTheNextRequestOn() {
    AccessKeys.Created key = api.keys.create(api.project);
    String basic = ApiServer.basic(key.id(), key.secret());
    String bearer = "Bearer " + token(basic, "grant_type=client_credentials").text("/access_token");
    assertThat(apps(bearer).status()).isEqualTo(200);

    assertThat(api.keys.revoke(api.project, key.id())).isTrue();

    Answer answer = apps(bearer);
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.headers().firstValue("www-authenticate").orElseThrow())
        .doesNotContain("expired");
    assertThat(apps(basic).status()).isEqualTo(401);
    assertThat(token(basic, "grant_type=client_credentials").status()).isEqualTo(401);
    assertThat(api.keys.revoke(api.project, key.id())).isFalse();
  }

  @Test
  void aKeyOfAnotherProjectGets403() {
    api.projects.create(new ProjectId("p2"), "");
    AccessKeys.Created other = api.keys.create(new ProjectId("p2"));

    Answer answer = apps(ApiServer.basic(other.id(), other.secret()));

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.text("/error/status")).isEqualTo("UNAUTHORIZED");
    assertThat(
            api.raw("public", "GET", "/v1/projects/none/apps", "", "Authorization", api.basic())
                .status())
        .isEqualTo(403);
  }

  @Test
  void tokenErrorsAreDescribed() {
    Answer wrong = token("Basic a2lkOmtzZWM=", "grant_type=client_credentials");
    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.text("/error")).isEqualTo("invalid_client");
    assertThat(wrong.text("/error_description")).isNotBlank();

    for (String body : new String[] {"", "grant_type=password", "grant_type=%zz", "&&=&a"}) {
      Answer other = token(api.basic(), body);
      assertThat(other.status()).isEqualTo(400);
      assertThat(other.text("/error_description")).isNotBlank();
    }
  }

  @Test
  void aClientMayPutItsKeyIntoTheForm() {
    String form =
        "grant_type=client_credentials&client_id=%s&client_secret=%s"
            .formatted(api.key.id(), api.key.secret());
    assertThat(api.raw("public", "POST", "/oauth2/token", form).status()).isEqualTo(200);
  }

  private static Answer token(String authorization, String body) {
    return api.raw(
        "public",
        "POST",
        "/oauth2/token",
        body,
        "Authorization",
        authorization,
        "content-type",
        "application/x-www-form-urlencoded");
  }

  private static Answer apps(String authorization) {
    return api.raw("public", "GET", APPS, "", "Authorization", authorization);
  }
}
