package dev.throughline.sandbox.line;

import java.time.Instant;

/**
 * What a person sent beside words, as the data host knows it.
 *
 * @param kind {@code image}, {@code video}, {@code audio} or {@code file}
 * @param size in bytes; of a sample of ours if nothing was uploaded
 * @param millis how long it plays; 0 for what does not
 * @param readyAt when LINE has prepared it
 * @param failing whether preparing it fails then
 * @param uploaded whether somebody gave bytes; else a sample is answered
 * @param pictured whether somebody gave a preview
 * @param unsent whether its message was taken back
 */
record Content(
    String messageId,
    String kind,
    String mediaType,
    long size,
    long millis,
    Instant sentAt,
    Instant readyAt,
    boolean failing,
    boolean uploaded,
    boolean pictured,
    boolean unsent) {

  boolean plays() {
    return kind.equals("video") || kind.equals("audio");
  }

  boolean shows() {
    return kind.equals("video") || kind.equals("image");
  }

  Content asUnsent() {
    return new Content(
        messageId, kind, mediaType, size, millis, sentAt, readyAt, failing, uploaded, pictured,
        true);
  }
}
