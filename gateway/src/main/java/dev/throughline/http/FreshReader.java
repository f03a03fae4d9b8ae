package dev.throughline.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataListener;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.LazyString;
import java.nio.charset.Charset;
import java.util.function.Supplier;

/**
 * A reader that forgets what it has read between two requests.
 *
 * <p>Helidon's reader links each piece that comes in to the one before. On a connection that stays
 * open, one early piece that has grown old then keeps all later ones alive until the next full
 * collection: 1.3 KB a webhook, a pause of 100 ms twice a minute at 2,000/s. So each request gets a
 * reader of its own, unless bytes of it were read with the one before.
 */
final class FreshReader extends DataReader {
  private final Supplier<byte[]> source;
  private DataReader reader;
  private Runnable listen = () -> {};

  @SuppressWarnings("removal") // Helidon wants create() to be called, which makes no subclass.
  FreshReader(Supplier<byte[]> source) {
    super(source);
    this.source = source;
    this.reader = DataReader.create(source);
  }

  /** The request is over. */
  void renew() {
    if (reader.available() == 0) {
      reader = DataReader.create(source);
      listen.run();
    }
  }

  @Override
  public int available() {
    return reader.available();
  }

  @Override
  public void pullData() {
    reader.pullData();
  }

  @Override
  public void skip(int length) {
    reader.skip(length);
  }

  @Override
  public void ensureAvailable() {
    reader.ensureAvailable();
  }

  @Override
  public byte read() {
    return reader.read();
  }

  @Override
  public byte lookup() {
    return reader.lookup();
  }

  @Override
  public boolean startsWithNewLine() {
    return reader.startsWithNewLine();
  }

  @Override
  public boolean startsWith(byte[] prefix) {
    return reader.startsWith(prefix);
  }

  @Override
  public BufferData readBuffer() {
    return reader.readBuffer();
  }

  @Override
  public BufferData readBuffer(int length) {
    return reader.readBuffer(length);
  }

  @Override
  public BufferData getBuffer(int length) {
    return reader.getBuffer(length);
  }

  @Override
  public LazyString readLazyString(Charset charset, int length) {
    return reader.readLazyString(charset, length);
  }

  @Override
  public String readAsciiString(int length) {
    return reader.readAsciiString(length);
  }

  @Override
  public byte[] readBytes(int length) {
    return reader.readBytes(length);
  }

  @Override
  public String readLine() throws IncorrectNewLineException {
    return reader.readLine();
  }

  @Override
  public int findOrNewLine(byte wanted, int max) throws IncorrectNewLineException {
    return reader.findOrNewLine(wanted, max);
  }

  @Override
  public int findNewLine(int max) throws IncorrectNewLineException {
    return reader.findNewLine(max);
  }

  @Override
  public String debugDataHex() {
    return reader.debugDataHex();
  }

  @Override
  public <T> void listener(DataListener<T> listener, T context) {
    listen = () -> reader.listener(listener, context);
    listen.run();
  }
}
