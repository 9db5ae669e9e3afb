package dev.larder.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.testing.RawHttp;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A server on a free port of the loopback address whose handler is a function. */
final class TestServer implements Closeable {
  static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final Server server;

  /** Answers a request. */
  @FunctionalInterface
  interface Function {
    Response handle(Request request) throws IOException;
  }

  TestServer(Function function) throws IOException {
    this(handler(function), Patience.DEFAULT);
  }

  TestServer(Handler handler, Patience patience) throws IOException {
    this(handler, patience, Optional.empty());
  }

  TestServer(Handler handler, Patience patience, Optional<Tls> tls) throws IOException {
    server =
        Server.start(
            List.of(new Server.Listener(ANY_PORT, tls, handler)), patience, InstantSource.system());
  }

  void renewCertificates() {
    server.renewCertificates();
  }

  static Handler handler(Function function) {
    return new Handler() {
      @Override
      public Response handle(Request request) throws IOException {
        return function.handle(request);
      }

      @Override
      public Response refusal(int status, String reason) {
        return refused(status, reason);
      }
    };
  }

  /** A handler that answers on the event loop where the function has an answer. */
  static Handler ready(java.util.function.Function<Request, Optional<Response>> function) {
    return new Handler() {
      @Override
      public Optional<Response> ready(Request request) {
        return function.apply(request);
      }

      @Override
      public Response handle(Request request) {
        return text("on " + Thread.currentThread());
      }

      @Override
      public Response refusal(int status, String reason) {
        return refused(status, reason);
      }
    };
  }

  private static Response refused(int status, String reason) {
    return Response.of(status).with(bytes("refused: " + reason));
  }

  static Response text(String text) {
    return Response.of(200).with(bytes(text));
  }

  /** Answers {@code /slow} when it may, all else at once. */
  static Function heldUp(CountDownLatch begun, CountDownLatch mayEnd) {
    return request -> {
      if (request.path().equals("/slow")) {
        begun.countDown();
        await(mayEnd);
      }
      return text("whole");
    };
  }

  static Body bytes(String text) {
    return new Body.Bytes(text.getBytes(UTF_8));
  }

  /** Waits, but not for ever. */
  static void await(CountDownLatch latch) {
    try {
      if (!latch.await(10, TimeUnit.SECONDS)) {
        throw new AssertionError("waited for 10 seconds");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits for the next, but not for ever. */
  static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("waited for 10 seconds");
    }
    return next;
  }

  InetSocketAddress address() {
    return server.addresses().getFirst();
  }

  RawHttp connect() throws IOException {
    return RawHttp.connect(address());
  }

  boolean stop(Duration grace) {
    return server.stop(grace);
  }

  @Override
  public void close() {
    server.stop(Duration.ZERO);
  }
}
