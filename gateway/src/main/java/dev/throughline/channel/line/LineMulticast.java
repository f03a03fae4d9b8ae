package dev.throughline.channel.line;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Multicast;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.Transport;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** {@code POST /v2/bot/message/multicast} (spec line.md §2.1, §2.2). */
final class LineMulticast implements Multicast {
  private static final String PATH = "/v2/bot/message/multicast";
  private static final int RECIPIENTS = 500;

  private final Transport transport;
  private final LineHost host;
  private final InstantSource clock;

  LineMulticast(Transport transport, LineHost host, InstantSource clock) {
    this.transport = transport;
    this.host = host;
    this.clock = clock;
  }

  @Override
  public int recipients() {
    return RECIPIENTS;
  }

  @Override
  public Channel.Allowance allowance() {
    return LineRates.one(LineRates.MULTICAST);
  }

  /** Neither groups nor rooms nor phone numbers. */
  @Override
  public boolean takes(Identity recipient) {
    return LineIds.isUser(recipient.value());
  }

  /** {@code to} comes last, so that what is everybody's is one run. */
  @Override
  public Bytes opening(Bytes rendered) {
    byte[] body = rendered.array();
    if (body.length < 3 || body[0] != '{' || body[body.length - 1] != '}') {
      throw new IllegalArgumentException("not rendered by this channel: " + rendered);
    }
    ByteArrayOutputStream first = new ByteArrayOutputStream(body.length + 16);
    first.write(body, 0, body.length - 1);
    first.writeBytes(",\"to\":[".getBytes(StandardCharsets.US_ASCII));
    return Bytes.wrap(first.toByteArray());
  }

  @Override
  public List<Bytes> runs(List<Identity> recipients) {
    List<Bytes> runs = new ArrayList<>(recipients.size());
    for (int i = 0; i < recipients.size(); i++) {
      String user = recipients.get(i).value();
      if (!LineIds.isUser(user)) {
        throw new IllegalArgumentException("not a user's address");
      }
      runs.add(Bytes.utf8("\"" + user + (i + 1 < recipients.size() ? "\"," : "\"]}")));
    }
    return runs;
  }

  @Override
  public SendResult send(
      Bytes request, String retryKey, Channel.Credentials credentials, Duration deadline) {
    if (!(credentials instanceof LineCredentials line)) {
      throw new IllegalArgumentException("not LINE credentials: " + credentials.getClass());
    }
    Transport.Answer answer =
        transport.exchange(
            new Transport.Request(
                "POST",
                host.at(PATH),
                Map.of(
                    "authorization",
                    line.bearer(),
                    "content-type",
                    "application/json",
                    "x-line-retry-key",
                    UUID.fromString(retryKey).toString()),
                request,
                deadline));
    return SendVerdict.of(new Channel.Via.Push(retryKey), answer, clock.instant());
  }
}
