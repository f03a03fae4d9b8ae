package dev.throughline.outbound.broadcast;

import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.store.DatabaseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /l/{token}}: leads to what was stored for the token when the broadcast was made, and to
 * nothing else, and counts. Counts wait a second in memory, so that a crowd that follows the same
 * link does not queue for its row; a node that dies loses what it counted in its last second.
 */
public final class Clicks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Clicks.class);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Pattern TOKEN = Pattern.compile("[0-9A-Za-z_-]{12}");

  /**
   * What looks at a link without anybody having followed it says so in most cases: previews of
   * chats, mail scanners, search engines.
   */
  private static final Pattern MACHINE =
      Pattern.compile(
          "bot\\b|bot/|crawl|spider|preview|line-poker|facebookexternalhit|whatsapp/|slurp|scan"
              + "|monitor|curl/|wget/|python|java/|java-http|go-http|okhttp|headless|proxy",
          Pattern.CASE_INSENSITIVE);

  private static final List<String> PREFETCH =
      List.of("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz");

  private final LinkStore store;
  private final Map<String, Long> counted = new ConcurrentHashMap<>();
  private final Thread writer;
  private volatile boolean closed;

  Clicks(LinkStore store) {
    this.store = store;
    this.writer = Thread.ofPlatform().name("clicks").daemon(true).unstarted(this::write);
  }

  public void start() {
    writer.start();
  }

  public List<Route> routes() {
    return List.of(Route.get(ShortLinks.PATH + "{token}", this::follow));
  }

  private Response follow(Request request) {
    String token = request.param("token");
    Optional<String> address;
    try {
      address = TOKEN.matcher(token).matches() ? store.find(token) : Optional.empty();
    } catch (DatabaseException away) {
      return Response.empty(503).with("Retry-After", "5");
    }
    if (address.isEmpty()) {
      return Response.empty(404);
    }
    if (isSomebody(request)) {
      counted.merge(token, 1L, Long::sum);
    }
    return Response.empty(302)
        .with("Location", address.get())
        .with("Cache-Control", "no-store")
        .with("Referrer-Policy", "no-referrer")
        .with("X-Robots-Tag", "noindex");
  }

  private static boolean isSomebody(Request request) {
    String agent = request.header("User-Agent").orElse("");
    return request.method().equals("GET")
        && !agent.isBlank()
        && !MACHINE.matcher(agent).find()
        && PREFETCH.stream()
            .flatMap(name -> request.header(name).stream())
            .map(value -> value.toLowerCase(Locale.ROOT))
            .noneMatch(value -> value.contains("prefetch") || value.contains("preview"));
  }

  private void write() {
    while (!closed) {
      try {
        Thread.sleep(EVERY);
        flush();
      } catch (InterruptedException e) {
        return;
      } catch (DatabaseException e) {
        if (!closed) {
          LOG.warn("clicks wait to be written: {}", e.getMessage());
        }
      }
    }
  }

  private void flush() {
    Map<String, Long> taken = new HashMap<>();
    for (String token : List.copyOf(counted.keySet())) {
      Long count = counted.remove(token);
      if (count != null) {
        taken.put(token, count);
      }
    }
    if (taken.isEmpty()) {
      return;
    }
    try {
      store.followed(taken);
    } catch (DatabaseException away) {
      taken.forEach((token, count) -> counted.merge(token, count, Long::sum));
      throw away;
    }
  }

  /** What was counted is written before the node ends. */
  @Override
  public void close() {
    closed = true;
    writer.interrupt();
    try {
      writer.join(EVERY);
      flush();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (DatabaseException away) {
      LOG.warn("clicks of the last second are lost: {}", away.getMessage());
    }
  }
}
