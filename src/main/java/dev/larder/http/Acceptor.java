package dev.larder.http;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One event loop's share of the connections to an address. Everything happens on that loop. */
final class Acceptor extends VerticleBase {
  /** Room for a registry's longest paths and the states that clients send back in queries. */
  static final int MAX_REQUEST_LINE = 16 * 1024;

  /** In all; bearer tokens alone may have many kilobytes. */
  private static final int MAX_HEADERS = 64 * 1024;

  /** Pieces in which a body comes: each costs a hand-over. */
  private static final int MAX_PIECE = 64 * 1024;

  private static final int SWEEPS_PER_PATIENCE = 8;

  private final SocketAddress address;
  private final Optional<KeyPair> keys;
  private final Handler handler;
  private final Patience patience;
  private final HttpDate date;
  private final InProgress inProgress;
  private final Map<HttpConnection, Connection> connections = new HashMap<>();
  private @Nullable HttpServer server;

  /**
   * @param keys what it proves itself with; without, it speaks plain HTTP
   */
  Acceptor(
      SocketAddress address,
      Optional<KeyPair> keys,
      Handler handler,
      Patience patience,
      HttpDate date,
      InProgress inProgress) {
    this.address = address;
    this.keys = keys;
    this.handler = handler;
    this.patience = patience;
    this.date = date;
    this.inProgress = inProgress;
  }

  @Override
  public Future<?> start() {
    vertx.setPeriodic(
        // Duration itself would divide by BigDecimal, which takes its time to load.
        Connection.millis(Duration.ofMillis(patience.idle().toMillis() / SWEEPS_PER_PATIENCE)),
        _ -> List.copyOf(connections.values()).forEach(Connection::closeIfIdle));
    server =
        vertx
            .createHttpServer(options(keys))
            .connectionHandler(this::opened)
            .requestHandler(request -> exchange(request).begin())
            .invalidRequestHandler(request -> exchange(request).refuseUnread());
    return server.listen(address);
  }

  private HttpServerOptions options(Optional<KeyPair> keys) {
    HttpServerOptions options = options();
    keys.ifPresent(
        pair ->
            options
                .setSsl(true)
                .setUseAlpn(true)
                .setSslEngineOptions(new ServerCiphers())
                .setInitialSettings(Http2Connection.settings(MAX_HEADERS))
                .setHttp2ConnectionWindowSize(Http2Connection.WINDOW)
                // HTTP/2 is heard of when its client has spoken; until then this is the limit.
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout((int) Connection.millis(patience.idle()))
                .setKeyCertOptions(pair.options()));
    return options;
  }

  private static HttpServerOptions options() {
    return new HttpServerOptions()
        .setMaxInitialLineLength(MAX_REQUEST_LINE)
        .setMaxHeaderSize(MAX_HEADERS)
        .setMaxChunkSize(MAX_PIECE)
        .setHttp2ClearTextEnabled(false)
        .setHandle100ContinueAutomatically(false)
        .setCompressionSupported(false)
        // Else a handler for WebSockets sees each request, and breaks off at the 129th in a row.
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false);
  }

  private void opened(HttpConnection http) {
    connections.put(http, Connection.of(http, vertx, context, patience));
    http.closeHandler(_ -> connections.remove(http));
  }

  private Exchange exchange(HttpServerRequest request) {
    Connection connection = connections.get(request.connection());
    if (connection == null) {
      throw new IllegalStateException("a request on a connection that isn't open");
    }
    return new Exchange(request, connection, handler, date, inProgress);
  }

  /** The port it listens on. */
  int port() {
    return server().actualPort();
  }

  /** From now on new connections get these keys, at all event loops of the address. */
  Future<?> renew(KeyPair renewed) {
    return server()
        .updateSSLOptions(
            new ServerSSLOptions().setUseAlpn(true).setKeyCertOptions(renewed.options()), true);
  }

  /** Stops accepting, closes what is idle, and the rest when it becomes idle or after the time. */
  Future<Void> shutdown(long nanos) {
    return server().shutdown(nanos, TimeUnit.NANOSECONDS);
  }

  private HttpServer server() {
    if (server == null) {
      throw new IllegalStateException("not started");
    }
    return server;
  }
}
