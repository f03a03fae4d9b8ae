package dev.throughline.sandbox.smpp;

import java.time.Duration;
import java.util.Set;

/**
 * One emulated message centre with one customer.
 *
 * @param port on the loopback address; 0 = any free one
 * @param binds how many sessions the customer may have at once
 * @param sources the numbers, without plus, and names that it may send from; empty = any
 * @param window how many submits of one session may be unanswered
 */
public record SmppConfig(
    int port,
    String systemId,
    String password,
    int binds,
    Set<String> sources,
    int window,
    Style style,
    Duration late) {

  public SmppConfig {
    sources = Set.copyOf(sources);
    if (window < 1 || window > 1_000 || binds < 1) {
      throw new IllegalArgumentException("a window is 1 to 1000 wide, and there is one bind");
    }
  }

  /** Whether that is a source of the customer's; a number may have its plus. */
  boolean has(String source) {
    return sources.isEmpty()
        || sources.contains(source.startsWith("+") ? source.substring(1) : source);
  }

  /** How ids are written in receipts. */
  public enum Ids {
    /** As in the response: hexadecimal. */
    SAME,
    /** In decimal, though the response had them in hexadecimal, as many message centres do. */
    DECIMAL
  }

  /** How long texts come in. */
  public enum LongTexts {
    UDH,
    SAR,
    PAYLOAD
  }

  /**
   * The manners of the message centre; they can be changed while it runs.
   *
   * @param receiptTlvs whether receipts carry receipted_message_id and message_state
   */
  public record Style(Ids ids, boolean receiptTlvs, LongTexts longTexts) {
    public static final Style PLAIN = new Style(Ids.SAME, true, LongTexts.UDH);
  }

  public static SmppConfig customer(String systemId, String password) {
    return new SmppConfig(
        0, systemId, password, 4, Set.of(), 50, Style.PLAIN, Duration.ofMinutes(10));
  }

  public SmppConfig withPort(int other) {
    return new SmppConfig(other, systemId, password, binds, sources, window, style, late);
  }

  public SmppConfig withSources(Set<String> others) {
    return new SmppConfig(port, systemId, password, binds, others, window, style, late);
  }

  public SmppConfig withWindow(int other) {
    return new SmppConfig(port, systemId, password, binds, sources, other, style, late);
  }

  public SmppConfig withStyle(Style other) {
    return new SmppConfig(port, systemId, password, binds, sources, window, other, late);
  }

  @Override
  public String toString() {
    return "SmppConfig[" + systemId + " at " + port + "]";
  }
}
