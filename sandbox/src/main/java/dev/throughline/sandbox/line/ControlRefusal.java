package dev.throughline.sandbox.line;

/** The control API was asked for something that cannot be; the message says what to do instead. */
public final class ControlRefusal extends Exception {
  private static final long serialVersionUID = 1L;
  private final int status;

  ControlRefusal(int status, String message) {
    super(message);
    this.status = status;
  }

  /** 400, 404 or 409. */
  public int status() {
    return status;
  }
}
