package dev.throughline.channel.aws;

import dev.throughline.http.Headers;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.OutgoingRequest;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * The SDK's calls by the gateway's own HTTP client, which alone can say whether a request was
 * written. The JDK's {@code HttpURLConnection} cannot, and repeats a POST by itself.
 */
final class AwsHttp implements SdkHttpClient {
  /** The gateway's client adds them itself; the SDK signs the same values of the first two. */
  private static final Set<String> ADDED =
      Set.of("host", "content-length", "connection", "user-agent", "transfer-encoding", "expect");

  /** The fields of AWS's answers that the SDK goes by. */
  private static final List<String> READ =
      List.of(
          "content-type",
          "date",
          "retry-after",
          "x-amzn-errortype",
          "x-amzn-query-error",
          "x-amzn-requestid",
          "x-amz-request-id",
          "x-amz-crc32");

  private static final List<String> REQUEST_IDS = List.of("x-amzn-requestid", "x-amz-request-id");

  private final Http http;

  AwsHttp(Http http) {
    this.http = http;
  }

  @Override
  public String clientName() {
    return "Throughline";
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    AwsCall call = AwsCall.CURRENT.get();
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        return exchange(request, call);
      }

      // Whoever waits is interrupted, and the client gives up at its deadline.
      @Override
      public void abort() {}
    };
  }

  private HttpExecuteResponse exchange(HttpExecuteRequest request, AwsCall call)
      throws IOException {
    switch (http.send(outgoing(request, call.maxAnswerBytes()), call.left())) {
      case HttpResult.Answered(int status, Headers headers, Bytes body) -> {
        call.became(
            new AwsCall.Wire.Answered(
                status, requestId(headers), headers.first("retry-after"), body));
        return response(status, headers, body);
      }
      case HttpResult.TooLarge(int status, Headers _) -> {
        call.became(new AwsCall.Wire.Unanswered("the answer was too long"));
        throw new IOException("the answer with status " + status + " was too long");
      }
      case HttpResult.NotSent(HttpResult.Cause cause) -> {
        call.became(new AwsCall.Wire.NotSent(words(cause)));
        throw new IOException("not sent: " + words(cause));
      }
      case HttpResult.Unknown(HttpResult.Cause cause, var _) -> {
        call.became(new AwsCall.Wire.Unanswered(words(cause)));
        throw new IOException("no answer: " + words(cause));
      }
    }
  }

  private static OutgoingRequest outgoing(HttpExecuteRequest given, int maxAnswerBytes)
      throws IOException {
    SdkHttpRequest request = given.httpRequest();
    List<Headers.Field> headers = new ArrayList<>();
    for (Map.Entry<String, List<String>> field : request.headers().entrySet()) {
      if (!ADDED.contains(field.getKey().toLowerCase(Locale.ROOT))) {
        field.getValue().forEach(value -> headers.add(new Headers.Field(field.getKey(), value)));
      }
    }
    Bytes body = Bytes.EMPTY;
    if (given.contentStreamProvider().isPresent()) {
      try (InputStream stream = given.contentStreamProvider().get().newStream()) {
        body = Bytes.wrap(stream.readAllBytes());
      }
    }
    try {
      return new OutgoingRequest(
          request.method().name(),
          Target.parse(request.getUri().toString()),
          TargetPolicy.OPERATOR,
          headers,
          body,
          maxAnswerBytes);
    } catch (Target.InvalidTargetException e) {
      throw new IOException("the address of AWS is not valid", e);
    }
  }

  private static HttpExecuteResponse response(int status, Headers headers, Bytes body) {
    SdkHttpFullResponse.Builder response = SdkHttpFullResponse.builder().statusCode(status);
    for (String name : READ) {
      headers.first(name).ifPresent(value -> response.putHeader(name, value));
    }
    return HttpExecuteResponse.builder()
        .response(response.build())
        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(body.array())))
        .build();
  }

  private static Optional<String> requestId(Headers headers) {
    return REQUEST_IDS.stream().flatMap(name -> headers.first(name).stream()).findFirst();
  }

  private static String words(HttpResult.Cause cause) {
    return cause.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** It is the gateway's, which closes it. */
  @Override
  public void close() {}
}
