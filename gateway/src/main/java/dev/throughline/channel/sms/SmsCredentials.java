package dev.throughline.channel.sms;

import dev.throughline.channel.Channel;
import dev.throughline.channel.aws.AwsCredentials;
import dev.throughline.channel.aws.OverAws;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** An account of one of the two kinds that SMS are sent through. */
sealed interface SmsCredentials extends Channel.Credentials {
  /**
   * AWS End User Messaging SMS.
   *
   * @param origination what messages are sent from: a pool, a number, a sender id, or an ARN
   * @param configurationSet whose event destination tells what becomes of messages
   * @param promotional what messages are where they do not say
   * @param maxPrice in US dollars a part; dearer messages are refused
   * @param countryParameters such as India's IN_ENTITY_ID
   */
  record Aws(
      AwsCredentials aws,
      Optional<String> origination,
      Optional<String> configurationSet,
      boolean promotional,
      Optional<String> maxPrice,
      Optional<String> protectConfiguration,
      Optional<String> keyword,
      Map<String, String> countryParameters,
      Optional<Duration> validity)
      implements SmsCredentials, OverAws {
    public Aws {
      countryParameters = Map.copyOf(countryParameters);
    }

    /** Shows nothing that opens anything. */
    @Override
    public String toString() {
      return "Aws[" + aws + "]";
    }
  }

  /**
   * An SMSC by SMPP 3.4.
   *
   * @param pair a receiver and a transmitter a bind, for an SMSC that knows no transceivers
   * @param binds how many sessions are held; SMSCs allow a few
   * @param window submits that may be under way on a session at once
   * @param sender the source address of messages that name none
   * @param alphabet what the SMSC means by its default alphabet
   * @param submitIds how the SMSC spells the ids that it answers a submit with
   * @param receiptIds how it spells the same ids in the text of receipts
   */
  record Smpp(
      String host,
      int port,
      boolean tls,
      String systemId,
      String password,
      String systemType,
      boolean pair,
      int binds,
      int window,
      String sender,
      Optional<Numbering> source,
      Optional<Numbering> destination,
      Alphabet alphabet,
      Concatenation concatenation,
      IdForm submitIds,
      IdForm receiptIds,
      Optional<Duration> validity,
      Duration enquireLink)
      implements SmsCredentials {
    /** Whether the SMSC sees the same customer bind. */
    boolean bindsAs(Smpp other) {
      return host.equals(other.host)
          && port == other.port
          && tls == other.tls
          && systemId.equals(other.systemId)
          && password.equals(other.password)
          && systemType.equals(other.systemType)
          && pair == other.pair;
    }

    /** Shows nothing that opens anything. */
    @Override
    public String toString() {
      return "Smpp[" + host + ":" + port + "]";
    }
  }

  /** Type of number and numbering plan (SMPP 3.4, 5.2.5 and 5.2.6). */
  record Numbering(int ton, int npi) {}

  /** What {@code data_coding} 0 means at an SMSC. */
  enum Alphabet {
    /** GSM 03.38, a septet an octet. */
    GSM7,
    /** ISO 8859-1, from which the SMSC makes GSM 03.38. */
    LATIN1
  }

  /** How an SMSC is told that several SMS are one text. */
  enum Concatenation {
    /** By a header before the text of each. */
    UDH,
    /** By the parameters sar_msg_ref_num, sar_total_segments, sar_segment_seqnum. */
    SAR,
    /** Not at all: the SMSC gets the text whole in message_payload, and cuts it. */
    PAYLOAD
  }

  /** How an SMSC spells a number that is a message's id. */
  enum IdForm {
    TEXT,
    HEX,
    DECIMAL
  }
}
