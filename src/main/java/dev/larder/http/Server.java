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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server of HTTP/1.1, and by TLS of HTTP/2 for clients that can, on any number of addresses.
 * Handlers are blocking code; a few event loops move the bytes.
 */
public final class Server {
  /** They never block, so more than one a core is of no use; four fill any network we know. */
  private static final int EVENT_LOOPS =
      Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);

  /** How often certificates are looked at again. */
  private static final Duration RENEWAL_INTERVAL = Duration.ofSeconds(3);

  private static final Logger log = LoggerFactory.getLogger(Server.class);

  private final Vertx vertx;
  private final Patience patience;
  private final HttpDate date;
  private final InProgress inProgress = new InProgress();
  private final Queue<Acceptor> acceptors = new ConcurrentLinkedQueue<>();
  private final Map<Renewal, Acceptor> renewals = new LinkedHashMap<>();
  private final List<InetSocketAddress> addresses = new ArrayList<>();

  /**
   * An address to listen on and who answers there.
   *
   * @param address port 0 stands for any free port
   * @param tls what it proves itself with; without, it speaks plain HTTP
   * @param handler answers the requests that come to the address
   */
  public record Listener(InetSocketAddress address, Optional<Tls> tls, Handler handler) {
    /** One that speaks plain HTTP. */
    public Listener(InetSocketAddress address, Handler handler) {
      this(address, Optional.empty(), handler);
    }
  }

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
   * @throws IllegalArgumentException if a listener's certificate and key can't be used; the message
   *     names the file
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
      server.watchCertificates();
      return server;
    } catch (IOException | RuntimeException e) {
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
    Optional<Renewal> renewal = listener.tls().map(tls -> new Renewal(tls, vertx));
    List<Acceptor> deployed = new ArrayList<>();
    try {
      join(
          vertx.deployVerticle(
              () -> {
                Acceptor acceptor =
                    new Acceptor(
                        shared,
                        renewal.map(Renewal::first),
                        listener.handler(),
                        patience,
                        date,
                        inProgress);
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
    renewal.ifPresent(files -> renewals.put(files, deployed.getFirst()));
    addresses.add(new InetSocketAddress(address.getAddress(), deployed.getFirst().port()));
  }

  private void watchCertificates() {
    if (!renewals.isEmpty()) {
      AtomicBoolean looking = new AtomicBoolean();
      vertx.setPeriodic(
          RENEWAL_INTERVAL.toMillis(),
          _ -> {
            if (looking.compareAndSet(false, true)) {
              Thread.ofVirtual().start(() -> lookOnce(looking));
            }
          });
    }
  }

  private void lookOnce(AtomicBoolean looking) {
    try {
      renewCertificates();
    } catch (RuntimeException e) {
      log.error("a changed certificate couldn't be taken up; the one before is kept", e);
    } finally {
      looking.set(false);
    }
  }

  /** Takes up certificates whose files have changed; blocks. */
  void renewCertificates() {
    renewals.forEach(
        (files, acceptor) -> files.look().ifPresent(keys -> join(acceptor.renew(keys))));
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
