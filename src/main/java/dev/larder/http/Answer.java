package dev.larder.http;

import dev.larder.http.Response.Sent;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a response. Whatever happens, its body is closed once and its listener told once, in that
 * order.
 */
final class Answer {
  private static final Logger log = LoggerFactory.getLogger(Answer.class);

  /** What is smaller is read, and leaves with its head: that costs less than sendfile does. */
  private static final int SMALL = 64 << 10;

  private final Exchange exchange;
  private final Response response;
  private final HttpServerResponse http;

  /** Whether the connection closes after it. */
  private boolean last;

  /** How much of a body that isn't in memory has gone out. */
  private long sent;

  private boolean clientGone;

  Answer(Exchange exchange, Response response) {
    this.exchange = exchange;
    this.response = response;
    this.http = exchange.http().response();
  }

  /** Sends a response that is in memory; on the event loop. */
  void sendInMemory() {
    try {
      prepareHead();
    } catch (RuntimeException e) {
      log.error("{} can't be answered with {}", exchange, response, e);
      exchange.cut();
      over(0, false);
      return;
    }
    end(response.body() instanceof Body.Bytes(byte[] content) ? content : new byte[0]);
  }

  /** Sends any response from the request's thread, and blocks while its body needs the thread. */
  void send() {
    Body body = response.body();
    try {
      checkBody();
      if (body instanceof Body.FilePart part && part.length() <= SMALL && !bodiless()) {
        body = read(part);
      }
      prepareHead();
    } catch (IOException | RuntimeException e) {
      tell(0, false);
      Answer failure = new Answer(exchange, exchange.failed(e));
      failure.onLoopOrNever(failure::sendInMemory);
      return;
    }
    switch (body) {
      case Body.Bytes(byte[] content) -> onLoopOrNever(() -> end(content));
      case Body other when bodiless() || other.length() == 0 -> block(this::sendEnd);
      case Body.FilePart part ->
          block(() -> send(sink -> sink.write(part.file(), part.offset(), part.length())));
      case Body.Stream stream -> block(() -> send(stream.source()));
    }
  }

  private static Body.Bytes read(Body.FilePart part) throws IOException {
    ByteBuffer content = ByteBuffer.allocate((int) part.length());
    while (content.hasRemaining()) {
      PageCache.read(part.file(), content, part.offset() + content.position());
    }
    return new Body.Bytes(content.array());
  }

  /** Vert.x would send less than was announced, and not say so. */
  private void checkBody() throws IOException {
    if (response.body() instanceof Body.FilePart part
        && part.file().size() < part.offset() + part.length()) {
      throw new IOException(
          "the file ends at " + part.file().size() + ", before the part that was to be sent");
    }
  }

  private void prepareHead() {
    int status = response.status();
    http.setStatusCode(status);
    http.headers().clear();
    response.headers().forEach((name, value) -> http.headers().add(name, value));
    http.putHeader("Date", exchange.date());
    if (status == 204 || status == 304) {
      http.headersEndHandler(_ -> http.headers().remove("Content-Length"));
    } else {
      http.putHeader("Content-Length", Long.toString(response.body().length()));
    }
    last = exchange.last();
    if (last) {
      http.putHeader("Connection", "close");
    }
  }

  /** Whether the request or the status rules a body out. */
  private boolean bodiless() {
    return exchange.http().method().equals(HttpMethod.HEAD)
        || response.status() == 204
        || response.status() == 304;
  }

  /** Sends the head and all of the body; on the event loop, which goes on meanwhile. */
  private void end(byte[] all) {
    byte[] content = bodiless() ? new byte[0] : all;
    exchange
        .connection()
        .watch(exchange.http(), http.end(buffer(ByteBuffer.wrap(content))))
        .onComplete(
            result -> {
              exchange.end(result.succeeded() && !last);
              over(result.succeeded() ? content.length : 0, result.succeeded());
            });
  }

  /** Sends on the request's thread; what fails there cuts the connection. */
  private void block(Sending sending) {
    boolean whole = false;
    try {
      sending.run();
      whole = true;
    } catch (IOException e) {
      if (clientGone) {
        log.debug("{} broke off after {} bytes", exchange, sent, e);
      } else {
        log.warn("{} cut off after {} bytes: {}", exchange, sent, e.getMessage());
      }
    } catch (RuntimeException | Error e) {
      log.error("{} cut off after {} bytes", exchange, sent, e);
    }
    if (!whole) {
      exchange.connection().onLoop(exchange::cut);
    }
    over(sent, whole);
  }

  /** Sends what is left once all of the body has gone: the head, if there was none. */
  private void sendEnd() throws IOException {
    await(() -> http.end().onSuccess(_ -> exchange.end(!last)));
  }

  private void send(Body.Source source) throws IOException {
    source.writeTo(new Outgoing());
    if (sent < announced()) {
      throw new IOException("only " + sent + " of " + announced() + " bytes came");
    }
    sendEnd();
  }

  private long announced() {
    return response.body().length();
  }

  /** Takes the bytes of the body: no more than were announced. */
  private final class Outgoing implements Body.Sink {
    private boolean headSent;

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      int count = bytes.remaining();
      check(count);
      if (count > 0) {
        await(() -> http.write(buffer(bytes.slice())));
        headSent = true;
        bytes.position(bytes.limit());
        sent += count;
      }
    }

    @Override
    public void write(FileChannel file, long offset, long length) throws IOException {
      check(length);
      if (exchange.connection().sendsFiles()) {
        sendFile(file, offset, length);
      } else {
        copy(file, offset, length);
      }
    }

    private void sendFile(FileChannel file, long offset, long length) throws IOException {
      if (!headSent) {
        await(http::writeHead);
        headSent = true;
      }
      for (long gone = 0; gone < length; ) {
        long begin = offset + gone;
        long count = PageCache.load(file, begin, length - gone);
        await(() -> sendPiece(file, begin, count));
        gone += count;
      }
    }

    private Future<Void> sendPiece(FileChannel file, long offset, long count) {
      Outflow outflow = exchange.connection().outflow();
      long before = outflow.fileBytes();
      return exchange
          .connection()
          .sendFile(file, offset, count)
          .onComplete(_ -> sent += outflow.fileBytes() - before);
    }

    /**
     * What is encrypted can't go by sendfile, and Vert.x would do it in pieces of 8 KB. A piece is
     * read while the one before it is being encrypted and sent.
     */
    private void copy(FileChannel file, long offset, long length) throws IOException {
      int size = (int) Math.min(exchange.connection().pieceSize(), length);
      ByteBuffer next = ByteBuffer.allocate(size);
      ByteBuffer leaving = size < length ? ByteBuffer.allocate(size) : next;
      CompletableFuture<Void> left = CompletableFuture.completedFuture(null);
      long before = sent;
      for (long read = 0; read < length; ) {
        next.clear().limit((int) Math.min(size, length - read));
        PageCache.read(file, next, offset + read);
        next.flip();
        await(left);
        sent = before + read;
        read += next.remaining();
        Buffer piece = buffer(next);
        left = start(() -> http.write(piece));
        ByteBuffer free = leaving;
        leaving = next;
        next = free;
      }
      await(left);
      sent = before + length;
    }

    private void check(long count) throws IOException {
      if (count > announced() - sent) {
        throw new IOException("more bytes came than the " + announced() + " that were announced");
      }
    }
  }

  /** A view, not a copy. */
  private static Buffer buffer(ByteBuffer bytes) {
    return BufferInternal.buffer(Unpooled.wrappedBuffer(bytes));
  }

  private void await(Supplier<Future<Void>> action) throws IOException {
    await(start(action));
  }

  /**
   * Starts something on the event loop. It ends: a client that takes nothing is cut off by {@link
   * Outflow} or {@link Connection#watch}.
   */
  private CompletableFuture<Void> start(Supplier<Future<Void>> action) throws IOException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    boolean started =
        exchange
            .connection()
            .onLoop(
                () -> {
                  try {
                    exchange
                        .connection()
                        .watch(exchange.http(), action.get())
                        .onComplete(done::complete, done::completeExceptionally);
                  } catch (RuntimeException e) {
                    done.completeExceptionally(e);
                  }
                });
    if (!started) {
      clientGone = true;
      throw new IOException("the server has been stopped");
    }
    return done;
  }

  private void await(CompletableFuture<Void> done) throws IOException {
    try {
      done.join();
    } catch (CompletionException e) {
      clientGone = true;
      throw new IOException("the client is gone", e.getCause());
    }
  }

  private void onLoopOrNever(Runnable action) {
    if (!exchange.connection().onLoop(action)) {
      over(0, false);
    }
  }

  private void over(long bodyBytes, boolean whole) {
    tell(bodyBytes, whole);
    exchange.over();
  }

  private void tell(long bodyBytes, boolean whole) {
    try {
      response.body().close();
    } catch (RuntimeException e) {
      log.error("{}: closing the body failed", exchange, e);
    }
    try {
      response.whenSent().accept(new Sent(bodyBytes, whole));
    } catch (RuntimeException e) {
      log.error("{}: telling what was sent failed", exchange, e);
    }
  }

  private interface Sending {
    void run() throws IOException;
  }
}
