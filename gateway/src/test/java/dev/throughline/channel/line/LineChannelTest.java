package dev.throughline.channel.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Transport;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the channel says of itself, of addresses and of credentials, without calling anybody. */
class LineChannelTest {
  private static final Channel CHANNEL =
      new LineChannel(
          request -> new Transport.Answer.NotSent("nobody is there"),
          LineHost.LINE,
          InstantSource.system());

  @Test
  void isLineAndPromisesNoMoreThanLineDoes() {
    assertThat(CHANNEL.name()).isEqualTo(ChannelName.LINE);
    assertThat(CHANNEL.highestAssurance()).isEqualTo(Assurance.ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "U0123456789abcdef0123456789abcdef",
        "C0123456789abcdef0123456789abcdef",
        "R0123456789abcdef0123456789abcdef",
      })
  void addresses(String value) {
    assertThat(CHANNEL.isIdentity(value)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "U",
        "U0123456789abcdef0123456789abcde",
        "U0123456789abcdef0123456789abcdef0",
        "U0123456789ABCDEF0123456789ABCDEF",
        "u0123456789abcdef0123456789abcdef",
        "L0123456789abcdef0123456789abcdef",
        "U0123456789abcdef0123456789abcdeg",
        "U0123456789abcdef0123456789abcde\n",
        " U0123456789abcdef0123456789abcde",
        "U０123456789abcdef0123456789abcdef",
      })
  void whatIsNoAddress(String value) {
    assertThat(CHANNEL.isIdentity(value)).isFalse();
  }

  @Test
  void theSameBodyIsCutAndParsed() {
    Bytes body = Bytes.wrap(WebhookEventsTest.golden("several-people"));
    List<Channel.OwnedRun> runs = CHANNEL.split(body);
    assertThat(runs).hasSize(5);
    assertThat(runs.getFirst().from()).isZero();
    assertThat(runs.getLast().to()).isEqualTo(body.length());
    assertThat(CHANNEL.parse(body)).isInstanceOf(Channel.ParsedWebhook.Events.class);
  }

  @Test
  void credentialsShowNothing() {
    LineCredentials credentials =
        new LineCredentials("a-token", "a-secret", Optional.of("b-secret"));
    assertThat(credentials.toString())
        .isEqualTo("LineCredentials[token (7 characters), 2 secret(s)]");
  }

  @Test
  void credentialsMustFitInAHeader() {
    assertThat(LineCredentials.isToken("x".repeat(4_096))).isTrue();
    for (String bad : List.of("", "a b", "a\r\nb", "ä", "x".repeat(4_097))) {
      assertThat(LineCredentials.isToken(bad)).isFalse();
      assertThatThrownBy(() -> new LineCredentials(bad, "secret"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("not a LINE channel access token");
      assertThat(LineCredentials.isSecret(bad)).isFalse();
      assertThatThrownBy(() -> new LineCredentials("token", "secret", Optional.of(bad)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("not a LINE channel secret");
    }
  }
}
