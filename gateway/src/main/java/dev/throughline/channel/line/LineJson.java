package dev.throughline.channel.line;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/** Jackson with limits of our own, for what LINE sends: events, and answers to our calls. */
final class LineJson {
  /** The largest webhook body that we take in (ARCHITECTURE §4.1). */
  static final int MAX_BODY_BYTES = 1024 * 1024;

  private static final int MAX_NUMBER_LENGTH = 1_000;
  private static final int MAX_NAME_LENGTH = 50_000;

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(WebhookScan.MAX_DEPTH)
                  .maxStringLength(MAX_BODY_BYTES)
                  .maxNumberLength(MAX_NUMBER_LENGTH)
                  .maxNameLength(MAX_NAME_LENGTH)
                  .maxDocumentLength(-1)
                  .build())
          .build();

  static final JsonMapper MAPPER = new JsonMapper(FACTORY);

  private LineJson() {}
}
