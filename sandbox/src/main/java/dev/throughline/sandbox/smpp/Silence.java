package dev.throughline.sandbox.smpp;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import org.jsmpp.DefaultPDUSender;
import org.jsmpp.PDUStringException;
import org.jsmpp.bean.OptionalParameter;

/** Keeps back the responses that a fault withholds; every other PDU goes out. */
final class Silence extends DefaultPDUSender {
  private final Set<String> withheld;

  Silence(Set<String> withheld) {
    this.withheld = withheld;
  }

  @Override
  public byte[] sendSubmitSmResp(
      OutputStream out, int sequence, String messageId, OptionalParameter... parameters)
      throws PDUStringException, IOException {
    if (messageId.equals(Desk.NO_ANSWER) || withheld.remove(messageId)) {
      return new byte[0];
    }
    return super.sendSubmitSmResp(out, sequence, messageId, parameters);
  }
}
