package dev.throughline.media;

import dev.throughline.http.Headers;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Content;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.MediaFacts;
import dev.throughline.message.MediaFacts.Kind;
import dev.throughline.message.MediaLimits;
import dev.throughline.message.Reason;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks at the files that a message names before the message goes out: whether they can be had over
 * TLS, what they are by their bytes, how large and how long; and makes what the channel needs
 * besides. Bounded in requests, bytes and time for each file.
 */
public final class MediaProbe {
  /** For all files of one message. */
  private static final Duration TIME = Duration.ofSeconds(10);

  private static final int MAX_KNOWN = 10_000;
  private static final Duration USUALLY_KNOWN = Duration.ofMinutes(5);
  private static final Duration LEAST_KNOWN = Duration.ofMinutes(1);
  private static final Duration LONGEST_KNOWN = Duration.ofHours(1);
  private static final Pattern MAX_AGE = Pattern.compile("(?:^|[, ])max-age=([0-9]{1,9})");

  /** A head that does not say how large its picture is: after so much nobody looks further. */
  private static final int LONGEST_PICTURE_HEAD = 1 << 20;

  private static final int PREVIEW_SIDE = 1_024;
  private static final int PICTURE_SIDE = 2_048;

  private final WebFiles web;
  private final TargetPolicy policy;
  private final Rehosting rehosting;
  private final InstantSource clock;
  private final boolean enabled;
  private final Map<String, Look> known = new LinkedHashMap<>(64, 0.75f, true);

  /**
   * @param policy where customers' files may be
   */
  public MediaProbe(
      WebFiles web,
      TargetPolicy policy,
      Rehosting rehosting,
      InstantSource clock,
      MediaConfig config) {
    this.web = web;
    this.policy = policy;
    this.rehosting = rehosting;
    this.clock = clock;
    this.enabled = config.probes();
  }

  /** What came of looking. */
  public sealed interface Probed {
    /** By address, as the message names them. */
    record Fit(Map<String, MediaFacts> media) implements Probed {
      public Fit {
        media = Map.copyOf(media);
      }
    }

    /** The message cannot go out with these files. */
    record Unfit(Reason reason) implements Probed {}

    /** Their server may be there a little later; {@code reason} if nobody waits for it. */
    record Later(Reason reason) implements Probed {}
  }

  /** Whether there is anything to look at. */
  public boolean concerns(Content.Outbound content) {
    return enabled && !MediaUse.of(content).isEmpty();
  }

  /**
   * @param keeps whether pictures that are made are kept, to be fetched; else they only have the
   *     form of an address
   */
  public Probed look(ProjectId project, Content.Outbound content, MediaLimits limits, boolean keeps)
      throws InterruptedException {
    Map<String, MediaFacts> media = new ConcurrentHashMap<>();
    long end = System.nanoTime() + TIME.toNanos();
    for (MediaUse use : enabled ? MediaUse.of(content) : List.<MediaUse>of()) {
      Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
      WebFile file = new WebFile(web, URI.create(use.url()).toASCIIString(), policy, left);
      try {
        Look look = look(use.url(), file);
        switch (facts(project, use, look, file, limits, keeps)) {
          case Judged.Good(MediaFacts facts) -> media.put(use.url(), facts);
          case Judged.Bad(Reason reason) -> {
            return new Probed.Unfit(reason);
          }
        }
      } catch (WebFile.TooMuchException e) {
        return new Probed.Unfit(tooLarge(use.url()));
      } catch (WebFile.UnreachableException e) {
        Reason reason =
            new Reason(
                Reason.Code.MEDIA_NOT_REACHABLE,
                "The provided media [%s] could not be reached: [%s]"
                    .formatted(use.url(), e.getMessage()));
        return e.isTemporary() ? new Probed.Later(reason) : new Probed.Unfit(reason);
      } catch (IOException e) {
        return new Probed.Later(
            new Reason(
                Reason.Code.INTERNAL_ERROR, "A picture could not be kept: " + e.getMessage()));
      }
    }
    return new Probed.Fit(media);
  }

  private sealed interface Judged {
    record Good(MediaFacts facts) implements Judged {}

    record Bad(Reason reason) implements Judged {}
  }

  private Judged facts(
      ProjectId project, MediaUse use, Look look, WebFile file, MediaLimits limits, boolean keeps)
      throws IOException, InterruptedException {
    long bytes = look.bytes().orElse(0L);
    if (look.type() == MediaType.JPEG
        || look.type() == MediaType.PNG
        || look.type() == MediaType.GIF) {
      return picture(project, use, look, file, limits, keeps);
    }
    if (use.preview()) {
      return new Judged.Bad(unsupported(use.url()));
    }
    if (look.isFilm()) {
      if (bytes > limits.film()) {
        return new Judged.Bad(tooLarge(use.url()));
      }
      Optional<String> preview =
          use.previewed() ? Optional.empty() : rehosting.placeholder(project, keeps);
      return new Judged.Good(
          new MediaFacts(Kind.FILM, look.bytes(), look.duration(), Optional.empty(), preview));
    }
    if (look.isSound()) {
      return bytes > limits.sound()
          ? new Judged.Bad(tooLarge(use.url()))
          : new Judged.Good(
              new MediaFacts(
                  Kind.SOUND, look.bytes(), look.duration(), Optional.empty(), Optional.empty()));
    }
    if (look.type() == MediaType.OTHER && claimsMore(use.url())) {
      return new Judged.Bad(unsupported(use.url()));
    }
    return new Judged.Good(
        new MediaFacts(
            Kind.FILE, look.bytes(), Optional.empty(), Optional.empty(), Optional.empty()));
  }

  /**
   * A GIF becomes a PNG of its first picture; what is too large for the channel becomes smaller.
   */
  private Judged picture(
      ProjectId project, MediaUse use, Look look, WebFile file, MediaLimits limits, boolean keeps)
      throws IOException, InterruptedException {
    long bytes = look.bytes().orElse(Long.MAX_VALUE);
    long most = use.preview() ? limits.preview() : limits.picture();
    boolean converts = look.type() == MediaType.GIF || bytes > most;
    boolean shrinks = !use.preview() && !use.previewed() && bytes > limits.preview();
    if (look.size().isEmpty()) {
      return new Judged.Bad(unsupported(use.url()));
    }
    Optional<String> shown = Optional.empty();
    Optional<String> preview = Optional.empty();
    if (converts) {
      shown = made(project, look, file, use.preview() ? PREVIEW_SIDE : PICTURE_SIDE, most, keeps);
      if (shown.isEmpty()) {
        return new Judged.Bad(bytes > most ? tooLarge(use.url()) : unsupported(use.url()));
      }
    }
    if (shrinks) {
      preview = made(project, look, file, PREVIEW_SIDE, limits.preview(), keeps);
      preview = preview.isPresent() ? preview : rehosting.placeholder(project, keeps);
    } else if (converts) {
      preview = shown;
    }
    return new Judged.Good(
        new MediaFacts(Kind.PICTURE, look.bytes(), Optional.empty(), shown, preview));
  }

  private Optional<String> made(
      ProjectId project, Look look, WebFile file, int side, long maxBytes, boolean keeps)
      throws IOException, InterruptedException {
    PictureSize size = look.size().orElseThrow();
    if (!rehosting.isPossible() || size.pixels() > Pictures.MAX_PIXELS) {
      return Optional.empty();
    }
    if (!keeps) {
      return Optional.of(rehosting.sample());
    }
    String what = project + " " + side + " " + maxBytes;
    Look.Rehosted before = look.made().get(what);
    if (before != null && rehosting.uses(before.id())) {
      return Optional.of(before.address());
    }
    byte[] source = file.whole(Pictures.MAX_SOURCE_BYTES);
    Optional<Pictures.Made> picture = Pictures.scaled(source, size, side, maxBytes);
    if (picture.isEmpty()) {
      return Optional.empty();
    }
    Look.Rehosted kept = rehosting.keep(project, picture.get());
    look.made().put(what, kept);
    return Optional.of(kept.address());
  }

  private Look look(String url, WebFile file) throws IOException, InterruptedException {
    Instant now = clock.instant();
    Optional<Look> before = known(url);
    if (before.filter(look -> look.until().isAfter(now)).isPresent()) {
      return before.get();
    }
    Optional<byte[]> head = file.head(before.flatMap(Look::tag));
    Look look =
        head.isEmpty() && before.isPresent()
            ? before.get().until(until(file.headers(), now))
            : fresh(head.orElse(new byte[0]), file, now);
    synchronized (known) {
      known.put(url, look);
      if (known.size() > MAX_KNOWN) {
        known.remove(known.keySet().iterator().next());
      }
    }
    return look;
  }

  private Optional<Look> known(String url) {
    synchronized (known) {
      return Optional.ofNullable(known.get(url));
    }
  }

  private static Look fresh(byte[] head, WebFile file, Instant now)
      throws IOException, InterruptedException {
    MediaType type = MediaType.of(head, head.length);
    // Of a picture without a stated length all is read, up to what a picture may have.
    Optional<Long> bytes = file.length();
    Headers headers = file.headers();
    Optional<PictureSize> size = PictureSize.of(type, head);
    Optional<Duration> duration = Optional.empty();
    boolean film = false;
    if (type == MediaType.JPEG && size.isEmpty() && head.length == WebFile.HEAD_BYTES) {
      size = PictureSize.of(type, file.read(0, LONGEST_PICTURE_HEAD));
    }
    if (type.isPicture() && bytes.isEmpty()) {
      bytes = Optional.of((long) file.whole(Pictures.MAX_SOURCE_BYTES).length);
    }
    if (type == MediaType.MP4 || type == MediaType.M4A) {
      Mp4.Found found = Mp4.look(file::read, bytes.orElse((long) head.length));
      duration = found.duration();
      film = found.film();
    } else if (type == MediaType.MP3) {
      int tag = Mp3.tagBytes(head, head.length);
      byte[] first = file.read(tag, 512);
      duration = bytes.flatMap(length -> Mp3.duration(first, length - tag));
    }
    return new Look(
        type,
        bytes,
        size,
        duration,
        film,
        headers.first("etag").filter(tag -> tag.length() <= 256),
        until(headers, now),
        new ConcurrentHashMap<>());
  }

  private static Instant until(Headers headers, Instant now) {
    Duration age = USUALLY_KNOWN;
    Matcher asked = MAX_AGE.matcher(headers.first("cache-control").orElse(""));
    if (asked.find()) {
      age = Duration.ofSeconds(Long.parseLong(asked.group(1)));
    }
    age = age.compareTo(LEAST_KNOWN) < 0 ? LEAST_KNOWN : age;
    return now.plus(age.compareTo(LONGEST_KNOWN) > 0 ? LONGEST_KNOWN : age);
  }

  /** Whether a file's name says that it is something to be shown. */
  private static boolean claimsMore(String url) {
    String path = Optional.ofNullable(URI.create(url).getPath()).orElse("");
    return switch (path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
      case "jpg", "jpeg", "png", "gif", "webp", "mp4", "m4a", "mp3" -> true;
      default -> false;
    };
  }

  private static Reason unsupported(String url) {
    return new Reason(
        Reason.Code.MEDIA_TYPE_UNSUPPORTED,
        "The provided media [%s] is of a type that the channel does not support".formatted(url));
  }

  private static Reason tooLarge(String url) {
    return new Reason(
        Reason.Code.MEDIA_TOO_LARGE,
        "The provided media [%s] is larger than the channel allows".formatted(url));
  }
}
