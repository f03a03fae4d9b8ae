package dev.throughline.sandbox.emulator;

/** The control API was asked for something that cannot be; the message says what to do instead. */
public final class ControlRefusal extends Exception {
  private static final long serialVersionUID = 1L;
  private final int status;

  public ControlRefusal(int status, String message) {
    super(message);
    this.status = status;
  }

  /** 400, 403, 404, 409 or 413. */
  public int status() {
    return status;
  }
}
