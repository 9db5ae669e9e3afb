package dev.larder.testing;

import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;

/**
 * A registry on a port of the loopback interface that serves what is put into it, remembers what it
 * was asked, and misbehaves by rule. Safe for use by many threads.
 */
public final class FakeUpstream implements Closeable {
  /** How long {@link #awaitRequests} waits before it fails the test. */
  private static final long PATIENCE_SECONDS = 20;

  private record Listener(ServerSocket socket, Thread acceptor) {}

  private record Rule(Predicate<SeenRequest> when, Fault fault, AtomicInteger left) {}

  private final ServerSocketFactory sockets;
  private final String scheme;
  private final int port;
  private final FakeContent content = new FakeContent();
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicLong bytesSent = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final List<SeenRequest> requests = new ArrayList<>();
  private volatile FakeAuthentication authentication = new FakeAuthentication.Open();
  private volatile Listener listener;

  private FakeUpstream(ServerSocketFactory sockets, String scheme) throws IOException {
    this.sockets = sockets;
    this.scheme = scheme;
    this.listener = listen(0);
    this.port = listener.socket.getLocalPort();
  }

  /** A registry that speaks plain HTTP. */
  public static FakeUpstream start() {
    return start(ServerSocketFactory.getDefault(), "http");
  }

  /** A registry behind TLS. */
  public static FakeUpstream startTls(SSLContext context) {
    return start(context.getServerSocketFactory(), "https");
  }

  private static FakeUpstream start(ServerSocketFactory sockets, String scheme) {
    try {
      return new FakeUpstream(sockets, scheme);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code http://127.0.0.1:port}. */
  public URI url() {
    return URI.create(scheme + "://127.0.0.1:" + port);
  }

  /** {@code 127.0.0.1:port}. */
  public RegistryName name() {
    return new RegistryName("127.0.0.1:" + port);
  }

  public int port() {
    return port;
  }

  /**
   * Puts a manifest under its digest, and under {@code reference} where that is a tag.
   *
   * @param reference a tag or the manifest's own digest
   */
  public Digest putManifest(
      String repository, String reference, MediaType mediaType, byte[] bytes) {
    Digest digest = Digest.parse(reference).orElseGet(() -> Digest.sha256(bytes));
    content.putManifest(repository, digest, new FakeContent.Stored(mediaType, bytes));
    if (Digest.parse(reference).isEmpty()) {
      content.tag(repository, reference, digest);
    }
    return digest;
  }

  /** Puts an image: its blobs, its manifest, and a tag for it. */
  public Digest putImage(String repository, String tag, TestImages.Image image) {
    putBlob(repository, image.config());
    image.layers().forEach(layer -> putBlob(repository, layer));
    return putManifest(repository, tag, image.mediaType(), image.manifest());
  }

  public Digest putBlob(String repository, byte[] bytes) {
    Digest digest = Digest.sha256(bytes);
    content.putBlob(repository, digest, bytes);
    return digest;
  }

  /** Serves {@code bytes} at whatever path, as a store behind a registry does. */
  public URI putFile(String path, byte[] bytes) {
    content.putFile(path, bytes);
    return url().resolve(path);
  }

  /** Points a tag to a manifest. */
  public void moveTag(String repository, String tag, Digest digest) {
    content.tag(repository, tag, digest);
  }

  public void deleteTag(String repository, String tag) {
    content.untag(repository, tag);
  }

  /** Takes a manifest, with its tags, or a blob out of a repository. */
  public void delete(String repository, Digest digest) {
    content.delete(repository, digest);
  }

  /** Whether it has the referrers API; it has unless told otherwise. */
  public void referrersApi(boolean on) {
    content.referrersApi(on);
  }

  /** From now on it lets people in that way; at first it is open. */
  public void authenticate(FakeAuthentication how) {
    authentication = how;
  }

  /** The next {@code times} requests that {@code when} accepts meet {@code fault}. */
  public void fail(Predicate<SeenRequest> when, int times, Fault fault) {
    rules.add(new Rule(when, fault, new AtomicInteger(times)));
  }

  /** All requests that {@code when} accepts meet {@code fault}, until {@link #recover}. */
  public void fail(Predicate<SeenRequest> when, Fault fault) {
    fail(when, Integer.MAX_VALUE, fault);
  }

  /** Forgets all faults. */
  public void recover() {
    rules.clear();
  }

  /** Closes the port and all connections: from now on connections are refused. */
  public void vanish() {
    try {
      listener.socket.close();
      // Until nobody waits for connections any more, the port may still take one.
      listener.acceptor.join();
      for (Socket connection : connections) {
        connection.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Listens again, at the same port. */
  public void reappear() {
    try {
      listener = listen(port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it was asked so far, in the order of arrival; requests for tokens included. */
  public List<SeenRequest> requests() {
    lock.lock();
    try {
      return List.copyOf(requests);
    } finally {
      lock.unlock();
    }
  }

  /** What it was asked so far and {@code which} accepts. */
  public List<SeenRequest> requests(Predicate<SeenRequest> which) {
    return requests().stream().filter(which).toList();
  }

  /** Waits until so many requests that {@code which} accepts have arrived. */
  public void awaitRequests(Predicate<SeenRequest> which, int count) throws InterruptedException {
    long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    lock.lock();
    try {
      while (requests.stream().filter(which).count() < count) {
        if (left <= 0) {
          throw new AssertionError("%d requests were to come; came: %s".formatted(count, requests));
        }
        left = arrived.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many bytes of bodies it has sent, of every answer. */
  public long bytesSent() {
    return bytesSent.get();
  }

  /** How many connections it has accepted. */
  public int connectionsAccepted() {
    return accepted.get();
  }

  @Override
  public void close() {
    vanish();
  }

  private Listener listen(int wanted) throws IOException {
    ServerSocket socket = sockets.createServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 256);
    return new Listener(socket, Thread.ofVirtual().start(() -> accept(socket)));
  }

  private void accept(ServerSocket socket) {
    while (true) {
      try {
        Socket connection = socket.accept();
        accepted.incrementAndGet();
        connections.add(connection);
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException e) {
        return; // it has vanished
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      FakeWire wire = new FakeWire(connection, bytesSent::addAndGet);
      boolean again = true;
      while (again) {
        Optional<SeenRequest> request = wire.read();
        again = request.isPresent() && answer(wire, request.get());
      }
    } catch (IOException e) {
      // the client is gone, or the test has closed this
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
    }
  }

  private boolean answer(FakeWire wire, SeenRequest request)
      throws IOException, InterruptedException {
    Optional<Fault> fault = fault(request);
    remember(request); // not before its fault is taken, which no later request is to meet
    FakeReply reply = distort(reply(request, fault), fault);
    return wire.write(request, reply, fault);
  }

  private void remember(SeenRequest request) {
    lock.lock();
    try {
      requests.add(request);
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private Optional<Fault> fault(SeenRequest request) {
    return rules.stream()
        .filter(rule -> rule.when.test(request))
        .filter(rule -> rule.left.getAndUpdate(left -> Math.max(0, left - 1)) > 0)
        .map(Rule::fault)
        .findFirst();
  }

  private FakeReply reply(SeenRequest request, Optional<Fault> fault) {
    switch (fault.orElse(null)) {
      case Fault.Status(int code, var headers, String body) -> {
        return FakeReply.text(code, headers, body);
      }
      case Fault.Redirect(URI to) -> {
        return FakeReply.text(307, Map.of("Location", to.toString()), "");
      }
      case null, default -> {}
    }
    Optional<FakeAuthentication.Refusal> refusal =
        request.isToken()
            ? Optional.of(authentication.token(request))
            : request.path().startsWith("/v2/")
                ? authentication.refuse(request, url())
                : Optional.empty();
    SeenRequest meant =
        fault.filter(Fault.OpenRanges.class::isInstance).isPresent()
            ? request.withOpenRange()
            : request;
    boolean ranges = fault.filter(Fault.NoRanges.class::isInstance).isEmpty();
    return refusal
        .map(r -> FakeReply.text(r.status(), FakeAuthentication.headers(r), r.body()))
        .orElseGet(() -> content.reply(meant, ranges));
  }

  private static FakeReply distort(FakeReply reply, Optional<Fault> fault) {
    return switch (fault.orElse(null)) {
      case Fault.WithHeader(String name, String value) -> reply.with(name, value);
      case Fault.WithoutHeader(String name) -> reply.without(name);
      case Fault.WrongBytes() -> {
        byte[] wrong = reply.body().clone();
        for (int i = 0; i < wrong.length; i++) {
          wrong[i] ^= 0x55;
        }
        yield reply.withBody(wrong);
      }
      case null, default -> reply;
    };
  }
}
