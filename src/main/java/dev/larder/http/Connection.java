package dev.larder.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxConnection;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A client's connection, and how requests begin and end on it. What isn't said to be for any thread
 * happens on its event loop.
 */
abstract sealed class Connection permits Http1Connection, Http2Connection {
  /** What an answered request may still send; reading more costs more than to break it off. */
  static final long MAX_UNREAD = 512 * 1024;

  /** A piece of a file that is copied: each costs a hand-over. */
  private static final int MAX_PIECE = 256 * 1024, MIN_PIECE = 16 * 1024;

  /** Of files that are copied, in memory for all requests of a connection. */
  private static final int MAX_PIECES = 2 * 1024 * 1024;

  /** Vert.x's name for what closes a silent connection. */
  private static final String SILENCE = "idle";

  private final HttpConnection http;
  private final Vertx vertx;
  private final Context context;
  private final Patience patience;
  private final Outflow outflow;
  private final InetSocketAddress local;
  private final InetSocketAddress remote;
  private final AtomicInteger requests = new AtomicInteger();
  private long idleSince = System.nanoTime();

  Connection(HttpConnection http, Vertx vertx, Context context, Patience patience) {
    this.http = http;
    this.vertx = vertx;
    this.context = context;
    this.patience = patience;
    this.outflow = new Outflow(patience.stall());
    this.local = inet(http.localAddress());
    this.remote = inet(http.remoteAddress());
    pipeline(http).addFirst(outflow);
  }

  /** A connection that has just been opened, in the protocol that was agreed on. */
  static Connection of(HttpConnection http, Vertx vertx, Context context, Patience patience) {
    ChannelPipeline pipeline = pipeline(http);
    if (pipeline.get(SILENCE) != null) {
      pipeline.remove(SILENCE); // from now on closeIfIdle looks after it, which knows of requests
    }
    return pipeline.get(Http2ConnectionHandler.class) == null
        ? new Http1Connection(http, vertx, context, patience)
        : new Http2Connection(http, vertx, context, patience);
  }

  /** No public way leads to what has left and what hasn't, nor to what Vert.x answers by itself. */
  static ChannelPipeline pipeline(HttpConnection http) {
    return ((ConnectionBase) http).channel().pipeline();
  }

  private static InetSocketAddress inet(SocketAddress address) {
    return new InetSocketAddress(address.hostAddress(), address.port());
  }

  /** Does it on the event loop, soon; for any thread. Returns whether that loop is still there. */
  boolean onLoop(Runnable action) {
    try {
      context.runOnContext(_ -> action.run());
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  Outflow outflow() {
    return outflow;
  }

  /** Whether files go out by sendfile: what is encrypted can't. */
  boolean sendsFiles() {
    return !http.isSsl();
  }

  /**
   * Sends a part of a file by sendfile, after a head that has left; Vert.x itself sends one part
   * alone.
   */
  Future<Void> sendFile(FileChannel file, long offset, long length) {
    Promise<Void> gone = Promise.promise();
    ((VertxConnection) http)
        .sendFile(file, offset, length)
        .addListener(
            sending -> {
              if (sending.isSuccess()) {
                gone.complete();
              } else {
                gone.fail(sending.cause());
              }
            });
    return gone.future();
  }

  InetSocketAddress local() {
    return local;
  }

  InetSocketAddress remote() {
    return remote;
  }

  /** How much of a file to read at once; for any thread. */
  int pieceSize() {
    return Math.clamp(MAX_PIECES / Math.max(1, requests.get()), MIN_PIECE, MAX_PIECE);
  }

  Patience patience() {
    return patience;
  }

  /** Does it on the event loop after {@code delay}; what is returned calls it off. */
  Runnable later(Duration delay, Runnable action) {
    long timer = vertx.setTimer(millis(delay), _ -> action.run());
    return () -> vertx.cancelTimer(timer);
  }

  /** A request's head has come; returns its body, if it brings one. */
  Optional<RequestBody> begin(HttpServerRequest request) {
    requests.incrementAndGet();
    return bodyOf(request);
  }

  /** The answer is out, or won't be; the connection may become idle. */
  void end() {
    requests.decrementAndGet();
    idleSince = System.nanoTime();
  }

  /** Closes it if no whole head of a request has come for too long. */
  void closeIfIdle() {
    if (requests.get() == 0 && System.nanoTime() - idleSince > patience.idle().toNanos()) {
      close();
    }
  }

  /** Closes it after what was written has left. */
  void close() {
    http.close();
  }

  abstract Optional<RequestBody> bodyOf(HttpServerRequest request);

  /**
   * Whether it must close after the answer to this request.
   *
   * @param stopping whether the server is being stopped
   */
  abstract boolean closesAfter(
      HttpServerRequest request, Optional<RequestBody> body, boolean stopping);

  /**
   * Watches that the client takes what is being written, where {@link Outflow} can't see it.
   *
   * @param written the end of what is being written
   * @return the same
   */
  abstract Future<Void> watch(HttpServerRequest request, Future<Void> written);

  /**
   * Ends a request whose answer is out, or won't be.
   *
   * @param keep whether the connection may serve another request
   */
  abstract void release(HttpServerRequest request, Optional<RequestBody> body, boolean keep);

  /** Breaks a request off, so that the client sees that the answer isn't whole. */
  abstract void cut(HttpServerRequest request);

  /** At least 1, as timers want it. */
  static long millis(Duration duration) {
    return Math.max(1, duration.toMillis());
  }
}
