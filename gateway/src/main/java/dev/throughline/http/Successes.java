package dev.throughline.http;

/** Lets only a 200 through. */
record Successes(Receiver receiver) implements Receiver {
  @Override
  public boolean begins(int status, Headers headers) {
    return status == 200 && receiver.begins(status, headers);
  }

  @Override
  public boolean takes(byte[] bytes, int from, int count) {
    return receiver.takes(bytes, from, count);
  }
}
