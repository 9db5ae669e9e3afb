package dev.larder.http;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * An HTTP/1.1 server on any number of addresses. Handlers are blocking code; a few event loops move
 * the bytes.
 */
public final class Server {
  /** They never block, so more than one a core is of no use; four fill any network we know. */
  private static final int EVENT_LOOPS =
      Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);

  private final Vertx vertx;
  private final Patience patience;
  private final HttpDate date;
  private final InProgress inProgress = new InProgress();
  private final Queue<Acceptor> acceptors = new ConcurrentLinkedQueue<>();
  private final List<InetSocketAddress> addresses = new ArrayList<>();

  /**
   * An address to listen on and who answers there.
   *
   * @param address port 0 stands for any free port
   * @param handler answers the requests that come to the address
   */
  public record Listener(InetSocketAddress address, Handler handler) {}

  private Server(Patience patience, InstantSource clock) {
    this.vertx = Vertx.vertx(options());
    this.patience = patience;
    this.date = new HttpDate(clock);
  }

  private static VertxOptions options() {
    return new VertxOptions()
        .setPreferNativeTransport(true)
        .setEventLoopPoolSize(EVENT_LOOPS)
        .setWorkerPoolSize(1)
        .setInternalBlockingPoolSize(1)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setFileCachingEnabled(false)
                .setClassPathResolvingEnabled(false));
  }

  /**
   * Listens on all of the addresses, or on none.
   *
   * @throws IOException that names the address that can't be had and why: in use, no permission, no
   *     such address
   */
  public static Server start(List<Listener> listeners) throws IOException {
    return start(listeners, Patience.DEFAULT, InstantSource.system());
  }

  static Server start(List<Listener> listeners, Patience patience, InstantSource clock)
      throws IOException {
    Server server = new Server(patience, clock);
    try {
      for (Listener listener : listeners) {
        server.listen(listener);
      }
      return server;
    } catch (IOException e) {
      join(server.vertx.close());
      throw e;
    }
  }

  private void listen(Listener listener) throws IOException {
    InetSocketAddress address = listener.address();
    if (address.isUnresolved()) {
      throw new IOException("can't listen on " + address + ": no such host");
    }
    if (addresses.contains(address)) {
      throw new IOException("can't listen on " + address + ": it is given twice");
    }
    String host = address.getAddress().getHostAddress();
    // The event loops share what one of them gets.
    SocketAddress shared =
        address.getPort() == 0
            ? SocketAddress.sharedRandomPort(addresses.size() + 1, host)
            : SocketAddress.inetSocketAddress(address.getPort(), host);
    List<Acceptor> deployed = new ArrayList<>();
    try {
      join(
          vertx.deployVerticle(
              () -> {
                Acceptor acceptor =
                    new Acceptor(shared, listener.handler(), patience, date, inProgress);
                deployed.add(acceptor);
                return acceptor;
              },
              new DeploymentOptions().setInstances(EVENT_LOOPS)));
    } catch (CompletionException e) {
      String bracketed = host.indexOf(':') < 0 ? host : "[" + host + "]";
      throw new IOException(
          "can't listen on " + bracketed + ":" + address.getPort() + ": " + reason(e), e);
    }
    acceptors.addAll(deployed);
    addresses.add(new InetSocketAddress(address.getAddress(), deployed.getFirst().port()));
  }

  /** The operating system's own words stand last in the message, after the failed call. */
  private static String reason(CompletionException e) {
    String message = String.valueOf(e.getCause() == null ? e : e.getCause().getMessage());
    return message.substring(message.lastIndexOf(": ") + 1).strip();
  }

  /** Where it listens, in the listeners' order, with the real ports. */
  public List<InetSocketAddress> addresses() {
    return List.copyOf(addresses);
  }

  /**
   * Accepts nothing more, closes idle connections at once, and lets the requests that are in
   * progress end; what hasn't ended after {@code grace} is cut off.
   *
   * @return whether all ended in time
   */
  public boolean stop(Duration grace) {
    inProgress.stop();
    acceptors.forEach(acceptor -> acceptor.shutdown(grace.toNanos()));
    boolean inTime = false;
    try {
      inTime = inProgress.awaitNone(grace);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    join(vertx.close());
    return inTime;
  }

  private static void join(Future<?> future) {
    future.toCompletionStage().toCompletableFuture().join();
  }
}
