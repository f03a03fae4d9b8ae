package dev.throughline;

import dev.throughline.api.Limits;
import dev.throughline.http.Http;
import dev.throughline.http.TargetPolicy;
import dev.throughline.http.TlsFiles;
import dev.throughline.media.MediaConfig;
import dev.throughline.store.DatabaseConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a gateway is started with.
 *
 * @param data the data directory: keys, published ledger, node id, and the embedded database
 * @param database where PostgreSQL is
 * @param publicHost the address that webhooks and the API are served on
 * @param publicPort 0 for a free one
 * @param opsHost the address of the operations port; loopback unless told otherwise
 * @param tls certificate and key of the public port; without them it speaks plain HTTP
 * @param ledgerHost the fixed part of the ledger's origin; only the first start decides
 * @param publicUrl how the outside reaches the public port, once that is known
 * @param lineApi LINE's API, or an emulator of it
 * @param callbacks which addresses customers may name
 * @param media files: where they lie, where they are reached, how long they are kept
 * @param limits how much a project and an app may use
 * @param http how outgoing calls resolve names and whom they trust
 * @param providers where the providers of the other channels are
 */
public record GatewayConfig(
    Path data,
    DatabaseConfig database,
    String publicHost,
    int publicPort,
    String opsHost,
    int opsPort,
    Optional<TlsFiles> tls,
    String ledgerHost,
    Optional<URI> publicUrl,
    URI lineApi,
    TargetPolicy callbacks,
    MediaConfig media,
    Limits limits,
    Http.Settings http,
    Providers providers) {

  /** The providers themselves. */
  public GatewayConfig(
      Path data,
      DatabaseConfig database,
      String publicHost,
      int publicPort,
      String opsHost,
      int opsPort,
      Optional<TlsFiles> tls,
      String ledgerHost,
      Optional<URI> publicUrl,
      URI lineApi,
      TargetPolicy callbacks,
      MediaConfig media,
      Limits limits,
      Http.Settings http) {
    this(
        data,
        database,
        publicHost,
        publicPort,
        opsHost,
        opsPort,
        tls,
        ledgerHost,
        publicUrl,
        lineApi,
        callbacks,
        media,
        limits,
        http,
        Providers.REAL);
  }

  /** This, with other providers, such as emulated ones. */
  public GatewayConfig reaching(Providers others) {
    return new GatewayConfig(
        data,
        database,
        publicHost,
        publicPort,
        opsHost,
        opsPort,
        tls,
        ledgerHost,
        publicUrl,
        lineApi,
        callbacks,
        media,
        limits,
        http,
        others);
  }

  public static final URI LINE = URI.create("https://api.line.me");
  public static final int PUBLIC_PORT = 8080;
  public static final int OPS_PORT = 8081;
}
