package dev.throughline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.throughline.http.HttpResult.Answered;
import dev.throughline.http.HttpResult.Cause;
import dev.throughline.http.HttpResult.NotSent;
import dev.throughline.http.TargetPolicy.Verdict;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No address that a customer gives makes the gateway open a connection into its own network: a
 * canary listens there and must see none. Every address that would be dialled is recorded, and only
 * loopback ones really are, so that a broken policy shows here and not in somebody's network.
 */
class TargetPolicyTest {
  private static final Duration TIME = Duration.ofMinutes(1);
  private static final Resolver NEVER =
      host -> {
        throw new AssertionError("resolved " + host);
      };
  private final List<InetAddress> dialled = new CopyOnWriteArrayList<>();
  private RawServer canary;

  @BeforeEach
  void listen() throws IOException {
    canary =
        new RawServer(
            new ServerSocket(0, 50), // on every address of this machine
            connection -> {
              connection.readRequest();
              connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            });
  }

  @AfterEach
  void close() {
    canary.close();
  }

  private static Resolver resolving(String... addresses) {
    return _ -> Arrays.stream(addresses).map(InetAddress::ofLiteral).toList();
  }

  private static Target target(String address) {
    try {
      return Target.parse(address);
    } catch (Target.InvalidTargetException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private Http client(Resolver resolver) {
    return new Http(
        Http.Settings.of("test").resolver(resolver),
        (channel, address, millis) -> {
          dialled.add(address.getAddress());
          if (!address.getAddress().isLoopbackAddress()) {
            throw new ConnectException("this test stays on this machine");
          }
          channel.socket().connect(address, millis);
        });
  }

  private HttpResult send(String address, TargetPolicy policy, Resolver resolver) {
    try (Http http = client(resolver)) {
      return http.send(OutgoingRequest.post(target(address), policy, Bytes.EMPTY), TIME);
    }
  }

  /** First and last address of every range in reliability.md, "Refused addresses". */
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 0.255.255.255",
    "10.0.0.0, 10.255.255.255",
    "100.64.0.0, 100.127.255.255",
    "127.0.0.0, 127.255.255.255",
    "169.254.0.0, 169.254.255.255",
    "172.16.0.0, 172.31.255.255",
    "192.0.0.0, 192.0.0.255",
    "192.0.2.0, 192.0.2.255",
    "192.88.99.0, 192.88.99.255",
    "192.168.0.0, 192.168.255.255",
    "198.18.0.0, 198.19.255.255",
    "198.51.100.0, 198.51.100.255",
    "203.0.113.0, 203.0.113.255",
    "224.0.0.0, 239.255.255.255",
    "240.0.0.0, 255.255.255.255",
    "::, ::",
    "::1, ::1",
    "64:ff9b::, 64:ff9b::ffff:ffff",
    "64:ff9b:1::, 64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
    "100::, 100::ffff:ffff:ffff:ffff",
    "2001::, 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db8::, 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    "2002::, 2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2002:7f00:1::, 2002:c0a8:101::1",
    "fc00::, fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fe80::, febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "ff00::, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "::ffff:127.0.0.1, ::ffff:10.0.0.1",
    "::127.0.0.1, ::10.0.0.1",
    "::ffff:0:127.0.0.1, 64:ff9b::127.0.0.1"
  })
  void refusesEveryPrivateRangeHoweverItIsReached(String first, String last) {
    for (String address : List.of(first, last)) {
      String literal = address.indexOf(':') >= 0 ? "[" + address + "]" : address;
      assertThat(TargetPolicy.PUBLIC.check("http://" + literal + "/", NEVER))
          .isInstanceOf(Verdict.Refused.class);
      assertThat(send("http://" + literal + ":" + canary.port() + "/", TargetPolicy.PUBLIC, NEVER))
          .isEqualTo(new NotSent(Cause.REFUSED_TARGET));
      Resolver resolver = resolving(address);
      assertThat(TargetPolicy.PUBLIC.check("https://name.test/", resolver))
          .isInstanceOf(Verdict.Refused.class);
      assertThat(send("http://name.test:" + canary.port() + "/", TargetPolicy.PUBLIC, resolver))
          .isEqualTo(new NotSent(Cause.REFUSED_TARGET));
    }
    assertThat(dialled).isEmpty();
    assertThat(canary.connections).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "223.255.255.255",
        "2001:200::1",
        "2606:4700::1111",
        "2a00:1450::1"
      })
  void allowsWhatIsPublic(String address) {
    assertThat(TargetPolicy.PUBLIC.check("https://name.test/hook", resolving(address)))
        .isInstanceOf(Verdict.Allowed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://127.0.0.01/",
        "http://1.2.3.256/",
        "http://localhost./",
        "http://example.com./",
        "http://user@example.com/",
        "http://user:secret@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[::1",
        "http://[::ffff:7f00:1:]/",
        "http://exa mple.com/",
        "http://ex\u00e4mple.com/",
        "http://\u2460\u2461\u2466.0.0.1/",
        "http://127\u30020\u30020\u30021/",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:/",
        "http://example.com:80:80/",
        "http://-a.com/",
        "http://a_b.com/",
        "http://a..b/",
        "http:///path",
        "http:example.com",
        "//example.com/",
        "example.com",
        "http://example.com/#fragment",
        "http://example.com/\u3042",
        "http://example.com/a\r\nHost: b",
        "file:///etc/passwd",
        "gopher://example.com/",
        "ftp://example.com/",
        "jar:http://example.com/!/",
        "javascript:alert(1)",
        ""
      })
  void refusesOddSpellings(String address) {
    assertThat(TargetPolicy.PUBLIC.check(address, NEVER)).isInstanceOf(Verdict.Refused.class);
    assertThat(TargetPolicy.OPERATOR.check(address, NEVER)).isInstanceOf(Verdict.Refused.class);
  }

  @ParameterizedTest
  @CsvSource({
    "http://Example.COM, http://example.com, /",
    "HTTPS://example.com:8443/a?b=c, https://example.com:8443, /a?b=c",
    "http://example.com:80/%2F, http://example.com, /%2F",
    "https://xn--exmple-cua.com/?q, https://xn--exmple-cua.com, /?q",
    "http://1.1.1.1/, http://1.1.1.1, /",
    "http://[2606:4700::1111]:3000/x, http://[2606:4700::1111]:3000, /x"
  })
  void readsOrdinaryAddresses(String address, String origin, String path) {
    Target target = target(address);
    assertThat(target).hasToString(origin);
    assertThat(target.pathAndQuery()).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 21, 22, 25, 53, 79, 81, 110, 445, 1023})
  void refusesPortsOfOtherServices(int port) {
    assertThat(TargetPolicy.PUBLIC.check("http://1.1.1.1:" + port + "/", NEVER))
        .isInstanceOf(Verdict.Refused.class);
    assertThat(send("http://1.1.1.1:" + port + "/", TargetPolicy.PUBLIC, NEVER))
        .isEqualTo(new NotSent(Cause.REFUSED_TARGET));
    assertThat(dialled).isEmpty();
  }

  /** The answer changes between the check and the call: the call looks for itself. */
  @Test
  void isNotFooledByANameThatIsReboundAfterRegistration() {
    AtomicInteger asked = new AtomicInteger();
    Resolver rebinding =
        _ ->
            List.of(
                InetAddress.ofLiteral(
                    asked.getAndIncrement() == 0 ? "93.184.215.14" : "127.0.0.1"));
    String address = "http://rebind.test:" + canary.port() + "/";
    assertThat(TargetPolicy.PUBLIC.check(address, rebinding)).isInstanceOf(Verdict.Allowed.class);
    assertThat(send(address, TargetPolicy.PUBLIC, rebinding))
        .isEqualTo(new NotSent(Cause.REFUSED_TARGET));
    assertThat(canary.connections).hasValue(0);
  }

  /**
   * The answer changes within one call. The name is resolved once, and it is a checked address that
   * is dialled: here the one of ours that the policy allows, and not what a second look-up says.
   */
  @Test
  void resolvesOnceAndDialsWhatItChecked() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    Resolver rebinding =
        _ ->
            List.of(InetAddress.ofLiteral(asked.getAndIncrement() == 0 ? "127.0.0.1" : "10.0.0.1"));
    assertThat(send("http://rebind.test:" + canary.port() + "/", TargetPolicy.SANDBOX, rebinding))
        .isInstanceOf(Answered.class);
    assertThat(asked).hasValue(1);
    assertThat(dialled).containsExactly(InetAddress.ofLiteral("127.0.0.1"));
    assertThat(canary.requests.getFirst()).contains("\r\nHost: rebind.test:" + canary.port());
  }

  @Test
  void dialsOnlyTheAllowedOnesOfMixedAnswers() {
    Resolver mixed = resolving("10.0.0.1", "127.0.0.1", "192.168.1.1");
    assertThat(send("http://mixed.test:" + canary.port() + "/", TargetPolicy.PUBLIC, mixed))
        .isEqualTo(new NotSent(Cause.REFUSED_TARGET));
    assertThat(canary.connections).hasValue(0);
    assertThat(send("http://mixed.test:" + canary.port() + "/", TargetPolicy.SANDBOX, mixed))
        .isInstanceOf(Answered.class);
    assertThat(dialled).containsExactly(InetAddress.ofLiteral("127.0.0.1"));
  }

  /** A connection that the operator's policy opened is not lent to a customer's request. */
  @Test
  void doesNotLendConnectionsAcrossPolicies() {
    try (Http http = client(resolving("127.0.0.1"))) {
      Target target = target("http://name.test:" + canary.port() + "/");
      assertThat(http.send(OutgoingRequest.get(target, TargetPolicy.OPERATOR), TIME))
          .isInstanceOf(Answered.class);
      assertThat(http.send(OutgoingRequest.get(target, TargetPolicy.PUBLIC), TIME))
          .isEqualTo(new NotSent(Cause.REFUSED_TARGET));
      assertThat(canary.connections).hasValue(1);
    }
  }

  @Test
  void theSandboxMayCallThisMachineAndNothingElseOfOurs() {
    for (String address : List.of("http://127.0.0.1:", "http://[::1]:", "http://localhost:")) {
      String url = address + canary.port() + "/";
      assertThat(TargetPolicy.SANDBOX.check(url, Resolver.system()))
          .isInstanceOf(Verdict.Allowed.class);
    }
    for (String address : List.of("10.0.0.1", "169.254.169.254", "[fd00::1]", "0.0.0.0", "[::]")) {
      assertThat(TargetPolicy.SANDBOX.check("http://" + address + ":8080/", NEVER))
          .isInstanceOf(Verdict.Refused.class);
    }
    assertThat(canary.connections).hasValue(0);
  }

  @Test
  void allowsANameThatDoesNotResolveYet() {
    Resolver none =
        host -> {
          throw new UnknownHostException(host);
        };
    assertThat(TargetPolicy.PUBLIC.check("https://later.test/", none))
        .isInstanceOf(Verdict.Allowed.class);
  }

  @Test
  void looksUpNoNamesOfAddresses() {
    assertThat(InetAddress.ofLiteral("127.0.0.1").getHostName()).isEqualTo("127.0.0.1");
    assertThatCode(() -> InetAddress.getByName("localhost")).doesNotThrowAnyException();
  }
}
