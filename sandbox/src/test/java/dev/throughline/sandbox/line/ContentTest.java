package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.emulator.Json;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a person sends is there byte for byte, once it is prepared, until it is unsent or too old.
 */
class ContentTest {
  private static final byte[] BYTES = {(byte) 0xff, (byte) 0xd8, 1, 2, 3, 0, 127, -1};

  private final Line line = new Line();

  @AfterEach
  void close() {
    line.close();
  }

  private Line.Response content(String messageId, String more) {
    return line.get("/v2/bot/message/" + messageId + "/content" + more);
  }

  @Test
  void aPictureIsDownloadedAsItWasSent() throws Exception {
    var sent =
        line.control.phones().attach(Line.ALICE, Line.ALICE, Attachment.image("image/jpeg", BYTES));

    Line.Response answer = content(sent.messageId(), "");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.bytes()).isEqualTo(BYTES);
    assertThat(answer.headers().firstValue("content-type")).contains("image/jpeg");
    assertThat(answer.headers().firstValue("x-line-request-id")).isPresent();
    assertThat(content(sent.messageId(), "/preview").bytes()).isEqualTo(BYTES);
    assertThat(content(sent.messageId(), "/transcoding").message())
        .isEqualTo("Transcoding status doesn't support this type of content");
    assertThat(
            line.send(
                    HttpRequest.newBuilder(
                        line.uri("/v2/bot/message/" + sent.messageId() + "/content")))
                .status())
        .isEqualTo(401);
  }

  @Test
  void aFilmIsPreparedFirst() throws Exception {
    Attachment film = Attachment.video("video/mp4", BYTES, Duration.ofSeconds(3));
    String id =
        line.control
            .phones()
            .attach(Line.ALICE, Line.ALICE, film.preparing(Duration.ofSeconds(5), false))
            .messageId();
    String failing =
        line.control
            .phones()
            .attach(Line.ALICE, Line.ALICE, film.preparing(Duration.ofSeconds(5), true))
            .messageId();

    assertThat(content(id, "").status()).isEqualTo(202);
    assertThat(content(id, "/transcoding").json()).hasToString("{\"status\":\"processing\"}");
    assertThat(content(id, "/preview").status()).isEqualTo(200);
    line.clock.advance(Duration.ofSeconds(5));
    assertThat(content(id, "").bytes()).isEqualTo(BYTES);
    assertThat(content(id, "/transcoding").json()).hasToString("{\"status\":\"succeeded\"}");
    assertThat(content(failing, "/transcoding").json()).hasToString("{\"status\":\"failed\"}");
    assertThat(content(failing, "").status()).isEqualTo(404);
  }

  @Test
  void whatIsUnsentUnknownProvidedElsewhereOrOldIsNotThere() throws Exception {
    var phones = line.control.phones();
    String id =
        phones
            .attach(Line.ALICE, Line.ALICE, Attachment.file("a.pdf", "application/pdf", BYTES))
            .messageId();
    assertThat(content(id, "").bytes()).isEqualTo(BYTES);
    assertThat(content(id, "/preview").message()).isEqualTo("The content can not be previewed");
    line.control.unsend(Line.ALICE, Line.ALICE, id);
    for (String more : List.of("", "/preview", "/transcoding")) {
      assertThat(content(id, more).status()).isEqualTo(410);
      assertThat(content(id, more).message()).isEqualTo("The content is gone");
      assertThat(content("1", more).message()).isEqualTo("not found");
      assertThat(content("1", more).status()).isEqualTo(404);
    }
    ObjectNode elsewhere = Json.object().put("type", "image");
    elsewhere
        .putObject("contentProvider")
        .put("type", "external")
        .put("originalContentUrl", "https://example.com/a.jpg");
    String external = line.control.send(Line.ALICE, Line.ALICE, elsewhere).messageId();
    assertThat(content(external, "").status()).isEqualTo(404);
    String text = line.control.say(Line.ALICE, "words").messageId();
    assertThat(content(text, "").status()).isEqualTo(404);
    String old =
        phones.attach(Line.ALICE, Line.ALICE, Attachment.image("image/jpeg", BYTES)).messageId();
    line.clock.advance(Contents.KEPT.plusMillis(1));
    assertThat(content(old, "").status()).isEqualTo(404);
  }

  @Test
  void aMessageWithoutBytesHasASample() throws Exception {
    for (String kind : List.of("image", "video", "audio", "file")) {
      ObjectNode message = Json.object().put("type", kind);
      if (kind.equals("file")) {
        message.put("fileName", "notes.txt").put("fileSize", 12);
      } else if (!kind.equals("image")) {
        message.put("duration", 1500);
      }
      String id = line.control.send(Line.ALICE, Line.ALICE, message).messageId();
      Line.Response answer = content(id, "");
      assertThat(answer.status()).isEqualTo(200);
      String start = new String(answer.bytes(), 0, 8, java.nio.charset.StandardCharsets.ISO_8859_1);
      switch (kind) {
        case "image" -> assertThat(start).isEqualTo("\u0089PNG\r\n\u001a\n");
        case "file" -> assertThat(answer.bytes()).hasSize(12);
        default -> assertThat(start).endsWith("ftyp");
      }
    }
  }

  @Test
  void filesAreUploadedOverHttpAndSurviveARestart(@TempDir Path folder) throws Exception {
    Path state = folder.resolve("line.json");
    String id;
    try (Line first = new Line(config -> config.withStateFile(state))) {
      URI upload =
          first.uri(
              "/_sandbox/users/"
                  + Line.ALICE
                  + "/media?type=image&imageSetId=s1&imageSetIndex=2&imageSetTotal=3");
      Line.Response sent =
          first.send(
              HttpRequest.newBuilder(upload)
                  .header("content-type", "image/jpeg")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(BYTES)));
      assertThat(sent.status()).as(sent.text()).isEqualTo(200);
      id = sent.json().path("messageId").stringValue();
      var item = first.control.chat(Line.ALICE, 0, Duration.ZERO).entries().getFirst();
      assertThat(item.path("imageSet")).hasToString("{\"id\":\"s1\",\"index\":2,\"total\":3}");
      assertThat(
              first
                  .send(
                      HttpRequest.newBuilder(
                              first.uri("/_sandbox/users/" + Line.ALICE + "/media?type=file"))
                          .POST(HttpRequest.BodyPublishers.ofByteArray(BYTES)))
                  .status())
          .isEqualTo(400);
    }
    try (Line second = new Line(config -> config.withStateFile(state))) {
      assertThat(second.get("/v2/bot/message/" + id + "/content").bytes()).isEqualTo(BYTES);
      second.control.unsend(Line.ALICE, Line.ALICE, id);
    }
    try (var files = Files.list(folder.resolve("line.json.media"))) {
      assertThat(files).isEmpty();
    }
  }
}
