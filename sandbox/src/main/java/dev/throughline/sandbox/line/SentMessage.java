package dev.throughline.sandbox.line;

import java.util.Optional;

/** What a reply or push tells about one message that it sent. */
record SentMessage(String id, Optional<String> quoteToken) {}
