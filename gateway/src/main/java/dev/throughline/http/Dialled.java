package dev.throughline.http;

import java.net.Socket;

/** What came of opening a connection for another protocol than HTTP. */
public sealed interface Dialled {
  /**
   * Connected to an address that the policy allows; {@code getInetAddress().getHostName()} is the
   * host as it was named, for certificates to be checked against. Whoever takes it closes it.
   */
  record Connected(Socket socket) implements Dialled {
    @Override
    public String toString() {
      return "Connected";
    }
  }

  /** Nothing was written to anybody. */
  record Failed(HttpResult.Cause cause) implements Dialled {}
}
