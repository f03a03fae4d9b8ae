package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** The four kinds of channel access token, with their lives, limits and proofs. */
class TokenTest {
  private static final String GRANT = "grant_type=client_credentials";
  private static final String SECRET =
      "&client_id=" + Line.CHANNEL + "&client_secret=" + Line.SECRET;
  private static final KeyPair KEY = key();

  private final Line line = new Line();

  @AfterEach
  void close() {
    line.close();
  }

  private static KeyPair key() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode jwk() {
    RSAPublicKey key = (RSAPublicKey) KEY.getPublic();
    return Json.object()
        .put("kty", "RSA")
        .put("alg", "RS256")
        .put("use", "sig")
        .put("n", base64(key.getModulus().toByteArray()))
        .put("e", base64(key.getPublicExponent().toByteArray()));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Registers this class's key and answers with the fields of a good assertion. */
  static String proof(Line line) throws Exception {
    String kid = line.control.registerKey(jwk());
    return proof(assertion(line, kid, Duration.ofMinutes(30), 3600));
  }

  private String assertion(String kid, Duration life, long tokenSeconds) throws Exception {
    return assertion(line, kid, life, tokenSeconds);
  }

  private static String assertion(Line line, String kid, Duration life, long tokenSeconds)
      throws Exception {
    String header = "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"" + kid + "\"}";
    ObjectNode claims = Json.object();
    claims.put("iss", Line.CHANNEL).put("sub", Line.CHANNEL).put("aud", "https://api.line.me/");
    claims.put("exp", line.clock.instant().plus(life).getEpochSecond());
    claims.put("token_exp", tokenSeconds);
    String text =
        base64(header.getBytes(StandardCharsets.UTF_8)) + "." + base64(Json.bytes(claims));
    Signature signer = Signature.getInstance("SHA256withRSA");
    signer.initSign(KEY.getPrivate());
    signer.update(text.getBytes(StandardCharsets.US_ASCII));
    return text + "." + base64(signer.sign());
  }

  private static String proof(String assertion) {
    return "client_assertion_type="
        + URLEncoder.encode(Assertions.TYPE, StandardCharsets.UTF_8)
        + "&client_assertion="
        + assertion;
  }

  private int status(String token) {
    return line.send(
            HttpRequest.newBuilder(line.uri("/v2/bot/info"))
                .header("Authorization", "Bearer " + token)
                .GET())
        .status();
  }

  private static String token(Line.Response response) {
    assertThat(response.status()).as(response.text()).isEqualTo(200);
    return response.json().path("access_token").stringValue();
  }

  @Test
  void theOldestShortLivedTokenGivesWay() {
    String first = token(line.form("/v2/oauth/accessToken", GRANT + SECRET));
    for (int i = 1; i < 30; i++) {
      token(line.form("/v2/oauth/accessToken", GRANT + SECRET));
    }
    assertThat(status(first)).isEqualTo(200);
    String last = token(line.form("/v2/oauth/accessToken", GRANT + SECRET));
    assertThat(status(first)).isEqualTo(401);
    assertThat(status(last)).isEqualTo(200);
    line.clock.advance(Duration.ofDays(30));
    assertThat(status(last)).isEqualTo(401);
    assertThat(line.form("/v2/oauth/verify", "access_token=" + last).text())
        .contains("The access token expired");
  }

  @Test
  void aStatelessTokenLivesAQuarterHourAndCannotBeRevoked() {
    String token = token(line.form("/oauth2/v3/token", GRANT + SECRET));
    line.form("/v2/oauth/revoke", "access_token=" + token);
    line.clock.advance(Duration.ofMinutes(15).minusMillis(1));
    assertThat(status(token)).isEqualTo(200);
    line.clock.advance(Duration.ofMillis(1));
    assertThat(status(token)).isEqualTo(401);
  }

  @Test
  void aTokenForAnAssertionLivesAsLongAsItAsksFor() throws Exception {
    String kid = line.control.registerKey(jwk());
    String issue = GRANT + "&" + proof(assertion(kid, Duration.ofMinutes(30), 3600));
    Line.Response response = line.form("/oauth2/v2.1/token", issue);
    String token = token(response);
    String keyId = response.json().path("key_id").stringValue();
    String kids =
        line.get("/oauth2/v2.1/tokens/kid?" + proof(assertion(kid, Duration.ofMinutes(1), 1)))
            .text();
    assertThat(kids).contains(keyId);
    assertThat(line.get("/oauth2/v2.1/verify?access_token=" + token).json().path("expires_in"))
        .hasToString("3600");
    assertThat(status(token)).isEqualTo(200);
    assertThat(line.form("/oauth2/v2.1/revoke", "access_token=" + token + SECRET).status())
        .isEqualTo(200);
    assertThat(status(token)).isEqualTo(401);

    for (int i = 0; i < 30; i++) {
      token(line.form("/oauth2/v2.1/token", issue));
    }
    Line.Response tooMany = line.form("/oauth2/v2.1/token", issue);
    assertThat(tooMany.status()).isEqualTo(400);
    assertThat(tooMany.text())
        .contains("The maximum number of access tokens has already been issued");
    line.clock.advance(Duration.ofHours(1));
    token(
        line.form(
            "/oauth2/v2.1/token", GRANT + "&" + proof(assertion(kid, Duration.ofMinutes(30), 60))));
  }

  @Test
  void aWrongProofIsRefused() throws Exception {
    String kid = line.control.registerKey(jwk());
    String good = assertion(kid, Duration.ofMinutes(30), 60);
    String forged = good.substring(0, good.length() - 4) + "AAAA";
    assertThat(line.form("/oauth2/v2.1/token", GRANT + "&" + proof(forged)).status())
        .isEqualTo(400);
    String late = assertion(kid, Duration.ofMinutes(31), 60);
    assertThat(line.form("/oauth2/v2.1/token", GRANT + "&" + proof(late)).text())
        .contains("Invalid exp");
    String unknown = assertion("other", Duration.ofMinutes(1), 60);
    assertThat(line.form("/oauth2/v2.1/token", GRANT + "&" + proof(unknown)).status())
        .isEqualTo(404);
    assertThat(line.form("/oauth2/v2.1/token", GRANT + "&" + proof("x.y.z")).status())
        .isEqualTo(400);
    assertThat(
            line.form(
                    "/v2/oauth/accessToken",
                    GRANT + "&client_id=" + Line.CHANNEL + "&client_secret=no")
                .text())
        .contains("invalid client_secret");
    assertThat(line.form("/v2/oauth/accessToken", GRANT + "&client_id=1&client_secret=no").text())
        .contains("invalid client_id");
    assertThat(
            line.form("/oauth2/v3/token", GRANT + "&client_id=" + Line.CHANNEL + "&client_secret=")
                .text())
        .contains("Invalid 'client_credentials'.");
    assertThatThrownBy(() -> line.control.registerKey(jwk().put("kid", "mine")))
        .isInstanceOf(ControlRefusal.class);
  }

  @Test
  void secretsAreNotOnRecord() {
    String token = token(line.form("/v2/oauth/accessToken", GRANT + SECRET));
    line.get("/oauth2/v2.1/verify?access_token=" + token);
    assertThat(line.get("/_sandbox/requests?after=0").text())
        .doesNotContain(token)
        .doesNotContain(Line.SECRET);
  }
}
