package dev.larder.http;

import io.netty.channel.ChannelPipeline;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxConnection;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/** A client's connection. All but {@link #onLoop} happens on its event loop. */
final class Connection {
  /** What an answered request may still send; reading more costs more than a new connection. */
  private static final long MAX_UNREAD = 512 * 1024;

  private final HttpConnection http;
  private final Vertx vertx;
  private final Context context;
  private final Patience patience;
  private final Outflow outflow;
  private final InetSocketAddress local;
  private final InetSocketAddress remote;
  private Optional<RequestBody> receiving = Optional.empty();
  private int requests;
  private long idleSince = System.nanoTime();

  Connection(HttpConnection http, Vertx vertx, Context context, Patience patience) {
    this.http = http;
    this.vertx = vertx;
    this.context = context;
    this.patience = patience;
    this.outflow = new Outflow(patience.stall());
    this.local = inet(http.localAddress());
    this.remote = inet(http.remoteAddress());
    // No public way leads to what has left and what hasn't, nor to what Vert.x answers by itself.
    ChannelPipeline pipeline = ((ConnectionBase) http).channel().pipeline();
    pipeline.addFirst(outflow);
    ForeignVersions.mark(pipeline);
    BrokenChunks.watch(pipeline, () -> receiving.filter(RequestBody::malformed).isPresent());
  }

  /** Does it on the event loop, soon; returns whether that loop is still there. */
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

  private static InetSocketAddress inet(SocketAddress address) {
    return new InetSocketAddress(address.hostAddress(), address.port());
  }

  /**
   * @param body what it brings, if anything
   */
  void requestBegins(Optional<RequestBody> body) {
    requests++;
    receiving = body;
  }

  void requestEnds() {
    requests--;
    idleSince = System.nanoTime();
  }

  /** Closes it if no whole head of a request has come for too long. */
  void closeIfIdle() {
    if (requests == 0 && System.nanoTime() - idleSince > patience.idle().toNanos()) {
      http.close();
    }
  }

  /** Whether it can serve another request after the one with that body, if it is answered now. */
  boolean outlives(RequestBody body) {
    return body.nearlyRead(MAX_UNREAD);
  }

  /** Closes it after what was written has left. */
  void close() {
    http.close();
  }

  /** Closes it when {@code body} has come to its end, or after a while. */
  void closeAfter(RequestBody body) {
    long timer = vertx.setTimer(millis(patience.linger()), _ -> http.close());
    body.discard(
        () -> {
          vertx.cancelTimer(timer);
          http.close();
        });
  }

  /** At least 1, as timers want it. */
  static long millis(Duration duration) {
    return Math.max(1, duration.toMillis());
  }
}
