package dev.larder.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/**
 * One that serves many requests at once, each a stream of its own: where one breaks off, its stream
 * is reset, and the others go on. A stop, or too long a silence, ends it by GOAWAY.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113.html">RFC 9113, HTTP/2</a>
 */
final class Http2Connection extends Connection {
  /** As many as the RFC calls the least that is reasonable. */
  private static final int MAX_STREAMS = 100;

  /** Of an upload, on its way or waiting for {@link RequestBody} to want it: 50 MB/s at 20 ms. */
  private static final int STREAM_WINDOW = 1024 * 1024;

  /** Of all uploads of a connection, so that one which waits doesn't keep the others waiting. */
  static final int WINDOW = 4 * STREAM_WINDOW;

  /** Of an upload, taken from its window; there may be many, so less than for HTTP/1.1. */
  private static final int MAX_WAITING = 128 * 1024;

  private final ChannelHandlerContext context;
  private final Http2ConnectionHandler frames;

  Http2Connection(HttpConnection http, Vertx vertx, Context loop, Patience patience) {
    super(http, vertx, loop, patience);
    this.context = pipeline(http).context(Http2ConnectionHandler.class);
    this.frames = (Http2ConnectionHandler) context.handler();
    WaitingFrames.limit(frames);
    WaitingStreams.wake(pipeline(http), frames);
  }

  /**
   * What clients are told of our limits.
   *
   * @param maxHeaders how long the header fields of a request may be, in bytes
   */
  static Http2Settings settings(int maxHeaders) {
    return new Http2Settings()
        .setMaxConcurrentStreams(MAX_STREAMS)
        .setInitialWindowSize(STREAM_WINDOW)
        .setMaxHeaderListSize(maxHeaders);
  }

  /** Content-Length may be missing: the stream's own end says whether more will come. */
  @Override
  Optional<RequestBody> bodyOf(HttpServerRequest request) {
    Http2Stream stream = frames.connection().stream(request.streamId());
    return stream != null && stream.state().remoteSideOpen()
        ? Optional.of(new RequestBody(request, this, patience().stall(), MAX_WAITING))
        : Optional.empty();
  }

  @Override
  boolean closesAfter(HttpServerRequest request, Optional<RequestBody> body, boolean stopping) {
    return false;
  }

  /**
   * What the client's windows hold back never reaches the socket. A piece, however small, that
   * hasn't left in time resets the stream, which fails the write.
   */
  @Override
  Future<Void> watch(HttpServerRequest request, Future<Void> written) {
    if (written.isComplete()) {
      return written;
    }
    Runnable cancel = later(patience().stall(), () -> reset(request, Http2Error.CANCEL));
    return written.onComplete(_ -> cancel.run());
  }

  /** A client that still sends what nobody wants is told that it may stop. */
  @Override
  void release(HttpServerRequest request, Optional<RequestBody> body, boolean keep) {
    if (!keep) {
      cut(request);
    } else if (body.isPresent()) {
      if (body.get().nearlyRead(MAX_UNREAD)) {
        body.get().discard(() -> {});
      } else {
        reset(request, Http2Error.NO_ERROR);
      }
    }
  }

  @Override
  void cut(HttpServerRequest request) {
    reset(request, Http2Error.INTERNAL_ERROR);
  }

  /** Vert.x itself doesn't reset what it has written, though it hasn't left yet. */
  private void reset(HttpServerRequest request, Http2Error reason) {
    if (frames.connection().stream(request.streamId()) != null) {
      var _ =
          frames
              .encoder()
              .writeRstStream(context, request.streamId(), reason.code(), context.newPromise());
      context.flush();
    }
  }
}
