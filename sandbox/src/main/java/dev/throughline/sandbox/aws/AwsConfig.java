package dev.throughline.sandbox.aws;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One emulated AWS account in one region.
 *
 * @param port on the loopback address; 0 = any free one
 * @param account twelve digits
 * @param publicBase where others reach this server, for the URLs that SNS sends; empty = at the
 *     port on the loopback address
 */
public record AwsConfig(
    int port,
    String region,
    String account,
    String accessKeyId,
    String secretAccessKey,
    Mailing mailing,
    Texting texting,
    List<WhatsAppAccount> whatsAppAccounts,
    Pace pace,
    Optional<URI> publicBase) {

  public AwsConfig {
    if (!account.matches("\\d{12}")) {
      throw new IllegalArgumentException("an account is twelve digits, got " + account);
    }
    whatsAppAccounts = List.copyOf(whatsAppAccounts);
  }

  /**
   * @param identities addresses and domains that are verified at the start
   * @param production false = SES's sandbox, which sends to verified addresses only
   */
  public record Mailing(
      List<String> identities, boolean production, double max24HourSend, double maxSendRate) {
    public Mailing {
      identities = List.copyOf(identities);
    }
  }

  /**
   * @param senderIds names that may stand in a number's place
   * @param pools pool ids and the number that each sends from
   * @param spendLimitUsd of a month
   */
  public record Texting(
      List<OwnNumber> numbers,
      List<String> senderIds,
      Map<String, String> pools,
      double spendLimitUsd) {
    public Texting {
      numbers = List.copyOf(numbers);
      senderIds = List.copyOf(senderIds);
      pools = Map.copyOf(pools);
    }
  }

  /**
   * A number of the account.
   *
   * @param number as {@code +81…}
   * @param promotional whether it is for promotional messages; else for transactional ones
   */
  public record OwnNumber(String number, boolean promotional) {}

  /**
   * A WhatsApp Business account that is linked to the AWS account.
   *
   * @param wabaId Meta's id of it
   */
  public record WhatsAppAccount(String wabaId, String name, List<WhatsAppNumber> numbers) {
    public WhatsAppAccount {
      numbers = List.copyOf(numbers);
    }
  }

  /**
   * @param phoneNumberId AWS's: {@code phone-number-id-} and 32 hexadecimal digits
   * @param metaPhoneNumberId Meta's: digits
   * @param number as {@code +81…}
   */
  public record WhatsAppNumber(
      String phoneNumberId, String metaPhoneNumberId, String number, String displayName) {}

  /**
   * How fast receipts come, by the emulator's clock.
   *
   * @param step from one to the next
   * @param late how much later those of a phone whose receipts are late
   */
  public record Pace(Duration step, Duration late) {
    public static final Pace AT_ONCE = new Pace(Duration.ZERO, Duration.ofMinutes(10));
  }

  /** An account that sends from one number, one domain and one WhatsApp number. */
  public static AwsConfig account(String accessKeyId, String secretAccessKey) {
    return new AwsConfig(
        0,
        "us-east-1",
        "123456789012",
        accessKeyId,
        secretAccessKey,
        new Mailing(List.of("example.com"), true, 50_000, 14),
        new Texting(List.of(new OwnNumber("+12065550100", false)), List.of(), Map.of(), 1_000),
        List.of(
            new WhatsAppAccount(
                "102290129340398",
                "Example",
                List.of(
                    new WhatsAppNumber(
                        "phone-number-id-0123456789abcdef0123456789abcdef",
                        "106540352242922",
                        "+12065550101",
                        "Example")))),
        Pace.AT_ONCE,
        Optional.empty());
  }

  public AwsConfig withPort(int other) {
    return new AwsConfig(
        other,
        region,
        account,
        accessKeyId,
        secretAccessKey,
        mailing,
        texting,
        whatsAppAccounts,
        pace,
        publicBase);
  }

  public AwsConfig withMailing(Mailing other) {
    return new AwsConfig(
        port,
        region,
        account,
        accessKeyId,
        secretAccessKey,
        other,
        texting,
        whatsAppAccounts,
        pace,
        publicBase);
  }

  public AwsConfig withTexting(Texting other) {
    return new AwsConfig(
        port,
        region,
        account,
        accessKeyId,
        secretAccessKey,
        mailing,
        other,
        whatsAppAccounts,
        pace,
        publicBase);
  }

  public AwsConfig withPace(Pace other) {
    return new AwsConfig(
        port,
        region,
        account,
        accessKeyId,
        secretAccessKey,
        mailing,
        texting,
        whatsAppAccounts,
        other,
        publicBase);
  }

  /** The ARN of something of this account. */
  String arn(String service, String resource) {
    return "arn:aws:" + service + ":" + region + ":" + account + ":" + resource;
  }

  @Override
  public String toString() {
    return "AwsConfig[" + account + " " + region + " " + accessKeyId + "]";
  }
}
