package dev.throughline.app;

import dev.throughline.Gateway;
import dev.throughline.GatewayConfig;
import dev.throughline.Providers;
import dev.throughline.api.Limits;
import dev.throughline.app.Failures.CommandFailed;
import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.channel.whatsapp.WhatsAppHost;
import dev.throughline.http.Http;
import dev.throughline.http.Redacted;
import dev.throughline.http.TargetPolicy;
import dev.throughline.http.TlsFiles;
import dev.throughline.media.MediaConfig;
import dev.throughline.message.ChannelName;
import dev.throughline.outbound.ProviderRates;
import dev.throughline.store.DatabaseConfig;
import dev.throughline.store.EmbeddedConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The configuration file. Everything in it has a default, so that an empty one is valid; a word
 * that is not known is refused, since it would be a setting that its author believes in.
 */
final class Settings {
  private static final Set<String> KNOWN =
      Set.of(
          "public.host",
          "public.port",
          "public.url",
          "public.tls.certificate",
          "public.tls.key",
          "operations.host",
          "operations.port",
          "database.url",
          "database.user",
          "database.password",
          "database.connections",
          "ledger.origin",
          "line.api",
          "aws.endpoint",
          "aws.notifications",
          "aws.notifications_ca",
          "whatsapp.api",
          "whatsapp.api_version",
          "callbacks.allow_loopback",
          "limits.requests_per_second",
          "limits.queue",
          "limits.callbacks_per_second",
          "rates.line.reply",
          "rates.line.push",
          "rates.line.pnp",
          "rates.line.pnp_templated",
          "rates.line.loading",
          "rates.line.mark_as_read",
          "rates.whatsapp.messages",
          "rates.whatsapp.signals",
          "rates.sms.parts",
          "rates.email.mails",
          "media.public_base_url",
          "media.keep_days",
          "media.rehosted_keep_days",
          "media.max_megabytes",
          "media.probe",
          "media.directory",
          "media.s3.endpoint",
          "media.s3.region",
          "media.s3.bucket",
          "media.s3.prefix",
          "media.s3.access_key",
          "media.s3.secret_key");

  private final JsonNode root;

  private Settings(JsonNode root) {
    this.root = root;
  }

  static Settings none() {
    return new Settings(JsonNodeFactory.instance.objectNode());
  }

  static Settings read(Path file) {
    JsonNode root;
    try {
      root = new YAMLMapper().readTree(Files.readString(file));
    } catch (IOException e) {
      throw new CommandFailed("The configuration file " + file + " cannot be read.", e);
    } catch (JacksonException e) {
      throw new CommandFailed(
          "The configuration file " + file + " is not YAML: " + e.getOriginalMessage(), e);
    }
    if (root == null || root.isMissingNode() || root.isNull()) {
      return none();
    }
    Set<String> names = new TreeSet<>();
    collect("", root, names);
    names.removeAll(KNOWN);
    if (!names.isEmpty()) {
      throw new CommandFailed(
          "The configuration file "
              + file
              + " has settings that do not exist: "
              + String.join(", ", names)
              + ". Known are: "
              + String.join(", ", new TreeSet<>(KNOWN))
              + ".");
    }
    return new Settings(root);
  }

  /** These, but for one: it has this value. */
  Settings with(String group, String name, String value) {
    ObjectNode changed =
        root instanceof ObjectNode object
            ? object.deepCopy()
            : JsonNodeFactory.instance.objectNode();
    (changed.path(group) instanceof ObjectNode there ? there : changed.putObject(group))
        .put(name, value);
    return new Settings(changed);
  }

  /**
   * @param data the data directory
   * @param sandbox whether customers' callback addresses may be on this machine
   */
  GatewayConfig config(
      Path data,
      Optional<Integer> port,
      Optional<Integer> opsPort,
      Optional<URI> lineApi,
      boolean sandbox) {
    return new GatewayConfig(
            data,
            database(data),
            text("public.host").orElse(sandbox ? "127.0.0.1" : "0.0.0.0"),
            port.or(() -> number("public.port")).orElse(GatewayConfig.PUBLIC_PORT),
            text("operations.host").orElse("127.0.0.1"),
            opsPort.or(() -> number("operations.port")).orElse(GatewayConfig.OPS_PORT),
            tls(),
            text("ledger.origin").orElseGet(Settings::hostName),
            text("public.url").map(Settings::publicUrl),
            lineApi
                .or(() -> text("line.api").map(value -> uri("line.api", value)))
                .orElse(GatewayConfig.LINE),
            sandbox || flag("callbacks.allow_loopback")
                ? TargetPolicy.SANDBOX
                : TargetPolicy.PUBLIC,
            media(data),
            limits(),
            Http.Settings.of(Gateway.VERSION))
        .reaching(Providers.REAL.aws(aws()).whatsApp(whatsApp()).rates(rates()));
  }

  private ProviderRates rates() {
    Map<ChannelName, Map<String, Integer>> rates = new HashMap<>();
    for (String name : KNOWN) {
      if (name.startsWith("rates.")) {
        String[] steps = name.split("\\.");
        count(name)
            .ifPresent(perSecond ->
                rates
                    .computeIfAbsent(
                        new ChannelName(steps[1].toUpperCase(Locale.ROOT)), c -> new HashMap<>())
                    .put(steps[2], perSecond));
      }
    }
    return new ProviderRates(rates);
  }

  private WhatsAppHost whatsApp() {
    try {
      return new WhatsAppHost(
          text("whatsapp.api")
              .map(value -> webUri("whatsapp.api", value))
              .orElse(WhatsAppHost.META),
          text("whatsapp.api_version").orElse(WhatsAppHost.VERSION));
    } catch (IllegalArgumentException e) {
      throw new CommandFailed("whatsapp.api_version must be like v23.0.", e);
    }
  }

  private static X509Certificate certificate(String file) {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (IOException | CertificateException e) {
      throw new CommandFailed("aws.notifications_ca must be a PEM file with a certificate.", e);
    }
  }

  private AwsSettings aws() {
    Optional<String> origins = text("aws.notifications");
    try {
      return new AwsSettings(
          text("aws.endpoint").map(value -> webUri("aws.endpoint", value)),
          origins.map(Pattern::compile).orElse(AwsSettings.SNS),
          text("aws.notifications_ca").map(Settings::certificate));
    } catch (PatternSyntaxException e) {
      throw new CommandFailed("aws.notifications must be a regular expression of origins.", e);
    }
  }

  private Limits limits() {
    return new Limits(
        count("limits.requests_per_second").orElse(Limits.DEFAULT.requestsPerSecond()),
        count("limits.queue").orElse(Limits.DEFAULT.queued()),
        count("limits.callbacks_per_second").orElse(Limits.DEFAULT.callbacksPerSecond()));
  }

  /** A whole number up to a hundred million. */
  private Optional<Integer> count(String name) {
    Optional<String> text = text(name);
    if (text.isPresent() && !text.get().matches("[0-9]{1,8}")) {
      throw new CommandFailed(name + " must be a number, not " + text.get() + ".");
    }
    return text.map(Integer::valueOf);
  }

  private MediaConfig media(Path data) {
    MediaConfig media =
        MediaConfig.in(data).storedIn(storage(data)).probing(!isFalse("media.probe"));
    Optional<URI> base =
        text("media.public_base_url")
            .map(value -> webUri("media.public_base_url", value))
            .or(() -> text("public.url").map(value -> webUri("public.url", value)));
    return media
        .reachedAt(base)
        .keptFor(days("media.keep_days").orElse(media.keep()))
        .rehostedFor(days("media.rehosted_keep_days").orElse(media.keepRehosted()))
        .upTo(number("media.max_megabytes").map(n -> (long) n << 20).orElse(media.maxBytes()));
  }

  private MediaConfig.Storage storage(Path data) {
    Optional<String> bucket = text("media.s3.bucket");
    if (bucket.isEmpty()) {
      return new MediaConfig.Storage.Directory(
          text("media.directory").map(Path::of).orElse(data.resolve("media")));
    }
    return new MediaConfig.Storage.Bucket(
        webUri("media.s3.endpoint", required("media.s3.endpoint")),
        required("media.s3.region"),
        bucket.get(),
        text("media.s3.prefix").orElse(""),
        required("media.s3.access_key"),
        Redacted.of("S3 secret key", required("media.s3.secret_key")));
  }

  private Optional<Duration> days(String name) {
    return number(name)
        .map(days -> {
          if (days < 1) {
            throw new CommandFailed(name + " must be at least 1.");
          }
          return Duration.ofDays(days);
        });
  }

  private String required(String name) {
    return text(name).orElseThrow(() -> new CommandFailed("media.s3 needs " + name + " as well."));
  }

  private boolean isFalse(String name) {
    return text(name).filter("false"::equals).isPresent();
  }

  private static URI webUri(String name, String value) {
    URI uri = uri(name, value);
    boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!http || uri.getHost() == null || uri.getRawQuery() != null) {
      throw new CommandFailed(name + " must be an address such as https://gateway.example.");
    }
    return uri;
  }

  private DatabaseConfig database(Path data) {
    DatabaseConfig config =
        text("database.url")
            .map(url ->
                DatabaseConfig.external(
                    url,
                    text("database.user").orElse("throughline"),
                    text("database.password").orElse("")))
            .orElseGet(() -> DatabaseConfig.embedded(EmbeddedConfig.in(data)));
    return number("database.connections")
        .map(connections -> config.withLimits(config.limits().withConnections(connections)))
        .orElse(config);
  }

  private Optional<TlsFiles> tls() {
    Optional<String> certificate = text("public.tls.certificate");
    Optional<String> key = text("public.tls.key");
    if (certificate.isPresent() != key.isPresent()) {
      throw new CommandFailed("public.tls needs both certificate and key, two PEM files.");
    }
    return certificate.map(file -> new TlsFiles(Path.of(file), Path.of(key.orElseThrow())));
  }

  private Optional<String> text(String name) {
    JsonNode node = node(name);
    return node.isValueNode() && !node.isNull() ? Optional.of(node.asString()) : Optional.empty();
  }

  private Optional<Integer> number(String name) {
    Optional<String> text = text(name);
    if (text.isPresent() && !text.get().matches("[0-9]{1,5}")) {
      throw new CommandFailed(name + " must be a number, not " + text.get() + ".");
    }
    return text.map(Integer::valueOf);
  }

  private boolean flag(String name) {
    return text(name).filter("true"::equals).isPresent();
  }

  private JsonNode node(String name) {
    JsonNode node = root;
    for (String step : List.of(name.split("\\."))) {
      node = node.path(step);
    }
    return node;
  }

  /** LINE and customers' programs are told it, and paths are put behind it. */
  private static URI publicUrl(String value) {
    URI url = uri("public.url", value);
    boolean http = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
    if (!http || url.getHost() == null || url.getQuery() != null || url.getFragment() != null) {
      throw new CommandFailed(
          "public.url must be an address such as https://gateway.example, without query.");
    }
    return url;
  }

  private static URI uri(String name, String value) {
    try {
      return URI.create(value);
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(name + " must be an address such as https://gateway.example.", e);
    }
  }

  private static void collect(String prefix, JsonNode node, Set<String> names) {
    if (!node.isObject()) {
      names.add(prefix);
      return;
    }
    node.properties()
        .forEach(member ->
            collect(
                prefix.isEmpty() ? member.getKey() : prefix + "." + member.getKey(),
                member.getValue(),
                names));
  }

  /** Only the first start decides: the origin is fixed then. */
  private static String hostName() {
    try {
      String name = InetAddress.getLocalHost().getHostName();
      return name.matches("[A-Za-z0-9.-]{1,200}") ? name : "throughline";
    } catch (UnknownHostException e) {
      return "throughline";
    }
  }
}
