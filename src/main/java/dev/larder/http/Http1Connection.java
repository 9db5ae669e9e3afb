package dev.larder.http;

import io.netty.channel.ChannelPipeline;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** One that serves a request after the other; where one breaks off, it ends. */
final class Http1Connection extends Connection {
  /** Enough to keep a fast upload going while its reader writes to disk. */
  private static final int MAX_WAITING = 1024 * 1024;

  private Optional<RequestBody> receiving = Optional.empty();

  Http1Connection(HttpConnection http, Vertx vertx, Context context, Patience patience) {
    super(http, vertx, context, patience);
    ChannelPipeline pipeline = pipeline(http);
    ForeignVersions.mark(pipeline);
    BrokenChunks.watch(pipeline, () -> receiving.filter(RequestBody::malformed).isPresent());
  }

  @Override
  Optional<RequestBody> bodyOf(HttpServerRequest request) {
    String length = request.getHeader("Content-Length");
    boolean comes =
        request.headers().contains("Transfer-Encoding") || (length != null && !length.equals("0"));
    receiving =
        comes
            ? Optional.of(new RequestBody(request, this, patience().stall(), MAX_WAITING))
            : Optional.empty();
    return receiving;
  }

  @Override
  boolean closesAfter(HttpServerRequest request, Optional<RequestBody> body, boolean stopping) {
    return stopping
        || request.decoderResult().isFailure()
        || body.filter(stream -> !stream.nearlyRead(MAX_UNREAD)).isPresent();
  }

  /** What is written stands in the socket's own queue, where {@link Outflow} sees it. */
  @Override
  Future<Void> watch(HttpServerRequest request, Future<Void> written) {
    return written;
  }

  @Override
  void release(HttpServerRequest request, Optional<RequestBody> body, boolean keep) {
    if (body.isEmpty()) {
      if (!keep) {
        close();
      }
    } else if (keep) {
      body.get().discard(() -> {});
    } else {
      closeAfter(body.get());
    }
  }

  /** Closes it when {@code body} has come to its end, or after a while. */
  private void closeAfter(RequestBody body) {
    Runnable cancel = later(patience().linger(), this::close);
    body.discard(
        () -> {
          cancel.run();
          close();
        });
  }

  @Override
  void cut(HttpServerRequest request) {
    close();
  }
}
