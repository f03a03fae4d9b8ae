package dev.throughline.account;

import dev.throughline.channel.line.LineApi;
import dev.throughline.channel.line.LineApi.Result;
import dev.throughline.channel.line.LineCredentials;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What is known of an account's standing at LINE, in sentences that say what to do. The same for
 * the state of its credentials and for {@code doctor}.
 */
public final class AccountCheck {
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  /** LINE waits for our answer to its test. */
  private static final Duration TEST_DEADLINE = Duration.ofSeconds(15);

  private static final Duration TOKEN_ENDS_SOON = Duration.ofDays(7);

  private final LineApi line;
  private final Optional<URI> publicUrl;

  /**
   * @param publicUrl how LINE reaches the public port
   */
  public AccountCheck(LineApi line, Optional<URI> publicUrl) {
    this.line = line;
    this.publicUrl = publicUrl;
  }

  /** How a thing stands. */
  public enum Level {
    OK,
    /** It works; somebody should know. */
    NOTE,
    /** LINE did not answer. */
    UNREACHABLE,
    /** Somebody has to decide. */
    WAITING,
    /** It does not work. */
    FAILING
  }

  /** What was looked at, in a sentence. */
  public record Finding(Level level, String sentence) {}

  /**
   * @param botUserId whom LINE addresses webhooks to, if it said so
   */
  public record Health(List<Finding> findings, Optional<String> botUserId) {
    public Health {
      findings = List.copyOf(findings);
    }

    /** The contract's word. */
    public String status() {
      if (has(Level.FAILING)) {
        return "FAILING";
      }
      return has(Level.WAITING) || has(Level.UNREACHABLE) ? "PENDING" : "ACTIVE";
    }

    /** Everything that is not as it should be. */
    public String description() {
      return findings.stream()
          .filter(finding -> finding.level() != Level.OK)
          .map(Finding::sentence)
          .collect(Collectors.joining(" "));
    }

    boolean has(Level level) {
      return findings.stream().anyMatch(finding -> finding.level() == level);
    }
  }

  /** Looks only. */
  public Health look(App app, Account account, LineCredentials secret) {
    return examine(app, account, secret, Optional.empty());
  }

  /**
   * Sets the webhook's address at LINE where none is set, or one of this gateway's host, and has
   * LINE test it. Without a public address it looks only.
   *
   * @param take also where webhooks go to another host now
   */
  public Health setUp(App app, Account account, LineCredentials secret, boolean take) {
    return examine(app, account, secret, publicUrl.map(url -> take));
  }

  /** Where LINE has to send the account's webhooks, from the slash on. */
  public static String path(App app, Account account) {
    String path = "/hooks/line/" + app.id();
    boolean isDefault = app.account(account.channel()).equals(Optional.of(account));
    return isDefault ? path : path + "/" + account.ordinal();
  }

  private Health examine(
      App app, Account account, LineCredentials secret, Optional<Boolean> settingUp) {
    List<Finding> findings = new ArrayList<>();
    Optional<String> bot = Optional.empty();
    switch (line.botInfo(secret, DEADLINE)) {
      case Result.Ok<LineApi.BotInfo>(LineApi.BotInfo info) -> {
        bot = Optional.of(info.userId());
        findings.add(
            new Finding(Level.OK, "The channel access token is valid (" + info.basicId() + ")."));
        if (info.chatMode().equals("chat")) {
          findings.add(
              new Finding(
                  Level.NOTE,
                  "Chat is on, so people may answer in LINE's manager as well; only that manager"
                      + " can turn it off."));
        }
        tokenLife(secret).ifPresent(findings::add);
        findings.addAll(webhook(app, account, secret, settingUp));
      }
      case Result.Refused<LineApi.BotInfo> refused ->
          findings.add(
              new Finding(
                  Level.FAILING,
                  "LINE refuses the channel access token (HTTP "
                      + refused.status()
                      + "): issue a new one and save it in the app."));
      case Result.Absent<LineApi.BotInfo> _ ->
          findings.add(new Finding(Level.FAILING, "LINE knows no account for this token."));
      case Result.Unavailable<LineApi.BotInfo>(String why) ->
          findings.add(
              new Finding(
                  Level.UNREACHABLE, "LINE could not be asked about the token: " + why + "."));
    }
    return new Health(findings, bot);
  }

  /** Only long-lived and short-lived tokens are known to that call; of others it says nothing. */
  private Optional<Finding> tokenLife(LineCredentials secret) {
    return line.verifyToken(secret, DEADLINE)
                instanceof Result.Ok<LineApi.TokenInfo>(LineApi.TokenInfo token)
            && token.expiresIn().compareTo(TOKEN_ENDS_SOON) < 0
        ? Optional.of(
            new Finding(
                Level.NOTE,
                "The channel access token ends in "
                    + token.expiresIn().toHours()
                    + " hours: save a new one in the app before."))
        : Optional.empty();
  }

  private List<Finding> webhook(
      App app, Account account, LineCredentials secret, Optional<Boolean> settingUp) {
    String path = path(app, account);
    Optional<String> wanted = publicUrl.map(url -> trimmed(url) + path);
    return switch (line.webhookEndpoint(secret, DEADLINE)) {
      case Result.Ok<LineApi.WebhookEndpoint>(LineApi.WebhookEndpoint set) -> {
        boolean ours =
            wanted.map(set.endpoint()::equals).orElseGet(() -> set.endpoint().endsWith(path));
        if (ours) {
          yield standing(set, secret, settingUp);
        }
        if (settingUp.isPresent() && (settingUp.get() || isOurHost(set.endpoint()))) {
          yield set(wanted.orElseThrow(), secret);
        }
        yield List.of(
            new Finding(
                Level.WAITING,
                "LINE sends webhooks to "
                    + host(set.endpoint())
                    + ", not to "
                    + wanted.orElse("…" + path)
                    + (wanted.isPresent()
                        ? ". To have them sent here, call …/line:setUp with take_webhook true."
                        : ". Set it in LINE's console, or configure public.url.")));
      }
      case Result.Absent<LineApi.WebhookEndpoint> _ ->
          settingUp.isPresent()
              ? set(wanted.orElseThrow(), secret)
              : List.of(
                  new Finding(
                      Level.WAITING,
                      "No webhook address is set at LINE: set "
                          + wanted.orElse("one that ends with " + path)
                          + "."));
      case Result.Refused<LineApi.WebhookEndpoint> refused ->
          List.of(
              new Finding(
                  Level.NOTE,
                  "LINE refuses to tell the webhook address (HTTP " + refused.status() + ")."));
      case Result.Unavailable<LineApi.WebhookEndpoint>(String why) ->
          List.of(
              new Finding(
                  Level.UNREACHABLE,
                  "LINE could not be asked for the webhook address: " + why + "."));
    };
  }

  private List<Finding> set(String address, LineCredentials secret) {
    return switch (line.setWebhookEndpoint(secret, URI.create(address), DEADLINE)) {
      case Result.Ok<URI> _ -> {
        // Whether webhooks are on is only told with the address.
        yield line.webhookEndpoint(secret, DEADLINE)
                instanceof Result.Ok<LineApi.WebhookEndpoint>(LineApi.WebhookEndpoint now)
            ? standing(now, secret, Optional.of(true))
            : test(secret);
      }
      case Result.Refused<URI> refused ->
          List.of(
              new Finding(
                  Level.FAILING,
                  "LINE does not take the webhook address "
                      + address
                      + ": it must be https, and reachable. "
                      + refused.reason().description()));
      case Result.Absent<URI> _ ->
          List.of(new Finding(Level.FAILING, "LINE knows no channel for this token."));
      case Result.Unavailable<URI>(String why) ->
          List.of(
              new Finding(
                  Level.UNREACHABLE, "The webhook address could not be set at LINE: " + why + "."));
    };
  }

  private List<Finding> standing(
      LineApi.WebhookEndpoint set, LineCredentials secret, Optional<Boolean> settingUp) {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        set.active()
            ? new Finding(Level.OK, "LINE sends webhooks to this gateway.")
            : new Finding(
                Level.FAILING,
                "LINE knows the address, but 'Use webhook' is off: switch it on in LINE's console,"
                    + " no call can."));
    if (settingUp.isPresent()) {
      findings.addAll(test(secret));
    }
    return findings;
  }

  private List<Finding> test(LineCredentials secret) {
    return switch (line.testWebhook(secret, TEST_DEADLINE)) {
      case Result.Ok<LineApi.WebhookTest>(LineApi.WebhookTest test) when test.success() ->
          List.of(new Finding(Level.OK, "LINE's test of the webhook came through."));
      case Result.Ok<LineApi.WebhookTest>(LineApi.WebhookTest test) ->
          List.of(
              new Finding(
                  Level.FAILING,
                  "LINE's test of the webhook failed: "
                      + test.reason()
                      + (test.statusCode() > 0 ? ", status " + test.statusCode() : "")
                      + ". The address must be reachable from outside, by https with a certificate"
                      + " that LINE trusts; a wrong channel secret shows as status 401."));
      case Result.Refused<LineApi.WebhookTest> refused ->
          List.of(
              new Finding(
                  Level.NOTE, "LINE refuses to test the webhook (HTTP " + refused.status() + ")."));
      case Result.Absent<LineApi.WebhookTest> _ ->
          List.of(new Finding(Level.NOTE, "LINE knows no webhook to test yet."));
      case Result.Unavailable<LineApi.WebhookTest>(String why) ->
          List.of(
              new Finding(
                  Level.UNREACHABLE, "LINE could not be asked to test the webhook: " + why + "."));
    };
  }

  private boolean isOurHost(String endpoint) {
    return publicUrl.filter(url -> host(url.toString()).equals(host(endpoint))).isPresent();
  }

  private static String trimmed(URI url) {
    String text = url.toString();
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }

  /** Host and port, or a word where there is none. */
  private static String host(String address) {
    try {
      String authority = URI.create(address).getRawAuthority();
      return authority == null ? "another address" : authority;
    } catch (IllegalArgumentException e) {
      return "another address";
    }
  }
}
