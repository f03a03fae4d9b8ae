package dev.throughline.media;

import dev.throughline.channel.aws.SignatureV4;
import dev.throughline.http.Headers;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.OutgoingRequest;
import dev.throughline.http.PercentCode;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Objects of a bucket, over the S3 protocol. Up to 8 MiB go in one request, more in parts of 8 MiB,
 * so that no more than that lies in memory.
 */
final class BucketDepot implements Depot {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int PART_BYTES = 8 << 20;

  /** S3 keeps at most 10,000 parts of an upload. */
  private static final int MAX_PARTS = 10_000;

  private static final int MAX_ERROR_BYTES = 64 << 10;
  private static final Pattern UPLOAD_ID = Pattern.compile("<UploadId>([^<]{1,1024})</UploadId>");

  private final MediaConfig.Storage.Bucket bucket;
  private final Target origin;
  private final SignatureV4 signature;
  private final Http http;
  private final InstantSource clock;

  BucketDepot(MediaConfig.Storage.Bucket bucket, Http http, InstantSource clock) {
    this.bucket = bucket;
    this.http = http;
    this.clock = clock;
    this.signature =
        new SignatureV4(bucket.region(), bucket.accessKey(), bucket.secretKey(), Optional.empty());
    try {
      this.origin = Target.parse(bucket.endpoint().toString());
    } catch (Target.InvalidTargetException e) {
      throw new IllegalArgumentException(
          "the address of the bucket cannot be used: " + e.getMessage(), e);
    }
  }

  @Override
  public Draft create(String name) {
    return new Upload(name);
  }

  @Override
  public Optional<byte[]> read(String name, long from, int count) throws IOException {
    List<Headers.Field> range =
        List.of(new Headers.Field("range", "bytes=" + from + "-" + (from + count - 1)));
    HttpResult.Answered answer = call("GET", name, "", range, Bytes.EMPTY, count);
    return switch (answer.status()) {
      case 206 -> Optional.of(answer.body().array());
      // A server that knows no ranges, and a small object.
      case 200 ->
          Optional.of(
              Arrays.copyOfRange(
                  answer.body().array(),
                  (int) Math.min(from, answer.body().length()),
                  (int) Math.min(from + count, answer.body().length())));
      case 404 -> Optional.empty();
      case 416 -> Optional.of(new byte[0]);
      default -> throw refused(answer);
    };
  }

  @Override
  public void delete(String name) throws IOException {
    HttpResult.Answered answer = call("DELETE", name, "", List.of(), Bytes.EMPTY, MAX_ERROR_BYTES);
    if (answer.status() != 404) {
      requireSuccess(answer);
    }
  }

  private HttpResult.Answered call(
      String method,
      String name,
      String query,
      List<Headers.Field> headers,
      Bytes body,
      int answerLimit)
      throws IOException {
    String base = origin.pathAndQuery();
    String path =
        (base.endsWith("/") ? base : base + "/")
            + PercentCode.encode(bucket.bucket())
            + "/"
            + escaped(bucket.prefix() + name);
    List<Headers.Field> signed = new ArrayList<>(headers);
    signed.addAll(
        signature.sign(
            method, origin.authority(), path, query, headers, body.array(), clock.instant()));
    OutgoingRequest request =
        new OutgoingRequest(
            method,
            origin.resolve(query.isEmpty() ? path : path + "?" + query),
            TargetPolicy.OPERATOR,
            signed,
            body,
            Math.max(answerLimit, MAX_ERROR_BYTES));
    HttpResult result = http.send(request, DEADLINE);
    if (result instanceof HttpResult.Answered answered) {
      return answered;
    }
    throw new IOException("the bucket gives no answer: " + result);
  }

  /** Each part of a name by itself: a slash stays one. */
  private static String escaped(String name) {
    return PercentCode.encode(name).replace("%2F", "/");
  }

  private static HttpResult.Answered requireSuccess(HttpResult.Answered answer) throws IOException {
    if (!answer.isSuccess()) {
      throw refused(answer);
    }
    return answer;
  }

  private static IOException refused(HttpResult.Answered answer) {
    Matcher code =
        Pattern.compile("<Code>([A-Za-z0-9]{1,64})</Code>").matcher(answer.body().asUtf8());
    return new IOException(
        "the bucket answered " + answer.status() + (code.find() ? " " + code.group(1) : ""));
  }

  /** One object on its way. */
  private final class Upload implements Draft {
    private final String name;
    private final byte[] part = new byte[PART_BYTES];
    private final List<String> tags = new ArrayList<>();
    private int filled;
    private String upload = "";
    private boolean kept;

    Upload(String name) {
      this.name = name;
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      int at = from;
      int left = count;
      while (left > 0) {
        if (filled == PART_BYTES) {
          sendPart();
        }
        int piece = Math.min(left, PART_BYTES - filled);
        System.arraycopy(bytes, at, part, filled, piece);
        filled += piece;
        at += piece;
        left -= piece;
      }
    }

    @Override
    public void keep() throws IOException {
      if (upload.isEmpty()) {
        requireSuccess(call("PUT", name, "", List.of(), filledPart(), MAX_ERROR_BYTES));
      } else {
        sendPart();
        StringBuilder list = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 0; i < tags.size(); i++) {
          list.append("<Part><PartNumber>")
              .append(i + 1)
              .append("</PartNumber><ETag>")
              .append(tags.get(i).replace("&", "&amp;").replace("<", "&lt;"))
              .append("</ETag></Part>");
        }
        HttpResult.Answered answer =
            requireSuccess(
                call(
                    "POST",
                    name,
                    "uploadId=" + PercentCode.encode(upload),
                    List.of(),
                    Bytes.utf8(list.append("</CompleteMultipartUpload>").toString()),
                    MAX_ERROR_BYTES));
        // It may fail after it has answered 200, and says so in the body.
        if (answer.body().asUtf8().contains("<Error>")) {
          throw refused(answer);
        }
      }
      kept = true;
    }

    private void sendPart() throws IOException {
      if (upload.isEmpty()) {
        HttpResult.Answered begun =
            requireSuccess(call("POST", name, "uploads=", List.of(), Bytes.EMPTY, MAX_ERROR_BYTES));
        Matcher id = UPLOAD_ID.matcher(begun.body().asUtf8());
        if (!id.find()) {
          throw new IOException("the bucket names no upload");
        }
        upload = id.group(1);
      }
      if (tags.size() == MAX_PARTS) {
        throw new IOException("the object has more than " + MAX_PARTS + " parts");
      }
      String query = "partNumber=" + (tags.size() + 1) + "&uploadId=" + PercentCode.encode(upload);
      HttpResult.Answered answer =
          requireSuccess(call("PUT", name, query, List.of(), filledPart(), MAX_ERROR_BYTES));
      tags.add(
          answer
              .headers()
              .first("etag")
              .orElseThrow(() -> new IOException("the bucket gives a part no tag")));
      filled = 0;
    }

    private Bytes filledPart() {
      return Bytes.wrap(Arrays.copyOf(part, filled));
    }

    @Override
    public void close() throws IOException {
      if (!kept && !upload.isEmpty()) {
        call(
            "DELETE",
            name,
            "uploadId=" + PercentCode.encode(upload),
            List.of(),
            Bytes.EMPTY,
            MAX_ERROR_BYTES);
        upload = "";
      }
    }
  }
}
