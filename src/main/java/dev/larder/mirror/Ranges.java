package dev.larder.mirror;

import dev.larder.mirror.Window.Piece;
import dev.larder.oci.Digest;
import dev.larder.upstream.Answer;
import dev.larder.upstream.BlobStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections that bring ranges of one blob at once, a thread each, into a {@link Window}, beside
 * the stream that began it. One goes ahead; when the upstream has answered that as it should, the
 * others follow. One whose range breaks off asks for the rest of it; one that is refused leaves
 * what it has to the others, and ends.
 */
final class Ranges {
  private static final Logger LOG = LoggerFactory.getLogger(Ranges.class);

  /** As much as the JDK reads from a socket at once. */
  private static final int BUFFER = 128 << 10;

  /** How often a range may break off before its connection is given up. */
  private static final int ATTEMPTS = 3;

  private final UpstreamRepository source;
  private final Digest digest;
  private final BlobStream beside;
  private final Window window;
  private final Lanes.Share share;
  private final Set<BlobStream> open = ConcurrentHashMap.newKeySet();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();

  /** The threads, and who has made this as long as it goes on. */
  private final AtomicInteger users = new AtomicInteger(1);

  private final AtomicInteger running = new AtomicInteger();
  private volatile boolean answered;
  private volatile String trouble = "no connection brings it any more";

  /**
   * @param beside the stream that comes already: what comes now must be of the same representation
   * @param window what comes after the bytes that are still taken from that stream
   * @param share the connections that may be used; that of the stream is one of them
   */
  Ranges(
      UpstreamRepository source,
      Digest digest,
      BlobStream beside,
      Window window,
      Lanes.Share share) {
    this.source = source;
    this.digest = digest;
    this.beside = beside;
    this.window = window;
    this.share = share;
  }

  Window window() {
    return window;
  }

  /** Sends the one that goes ahead. */
  void start() {
    add();
  }

  /** Whether the upstream sends ranges. */
  boolean areAnswered() {
    return answered;
  }

  /** Whether the one that went ahead came back with nothing. */
  boolean areRefused() {
    return !answered && running.get() == 0;
  }

  /** Why no more of them come. */
  String trouble() {
    return trouble;
  }

  /** Adds one for the stream that came already, which is closed by now. */
  void replaceStream() {
    add();
  }

  /** Ends them soon; called by who made this, and by who cancels it. */
  void cancel() {
    window.close();
    open.forEach(Ranges::close);
  }

  /** The same, for who made this, who makes no further use of it. */
  void end() {
    cancel();
    leave();
  }

  /** Waits until none of them asks the upstream any more. */
  void awaitEnd() throws InterruptedException {
    for (int i = 0; i < threads.size(); i++) { // one that goes ahead may add others
      threads.get(i).join();
    }
  }

  private void add() {
    users.incrementAndGet();
    running.incrementAndGet();
    window.join();
    Thread thread = Thread.ofVirtual().name("range of " + digest).unstarted(this::run);
    threads.add(thread);
    thread.start();
  }

  private void leave() {
    if (users.decrementAndGet() == 0) {
      window.free();
      share.close();
    }
  }

  private void run() {
    try {
      boolean more = true;
      while (more) {
        Optional<Piece> piece = window.hold();
        more = piece.isPresent() && bring(piece.get());
      }
    } finally {
      running.decrementAndGet();
      window.leave();
      leave();
    }
  }

  /** Whether it came whole; if not, another one is to bring the rest. */
  private boolean bring(Piece piece) {
    try {
      BlobStream of = beside;
      for (int attempt = 0; attempt < ATTEMPTS && !window.isClosed(); attempt++) {
        Optional<BlobStream> came = ask(piece, of);
        if (came.isEmpty()) {
          return false;
        }
        of = came.get();
        receive(piece, of);
        if (piece.isWhole()) {
          return true;
        }
      }
      return false;
    } catch (RuntimeException | Error e) {
      LOG.error("a range of {}", source.blob(digest), e);
      trouble = String.valueOf(e);
      return false;
    } finally {
      if (!piece.isWhole()) {
        window.drop(piece);
      }
    }
  }

  private Optional<BlobStream> ask(Piece piece, BlobStream of) {
    Answer<BlobStream> answer =
        source.registry().blobPart(source.name(), digest, piece.position(), piece.end() - 1, of);
    if (!(answer instanceof Answer.Found<BlobStream>(BlobStream came))) {
      refuse(UpstreamRepository.lookup(answer).message());
      return Optional.empty();
    }
    if (!isPart(came, piece)) {
      close(came);
      refuse("the upstream sent something else for a range of " + source.blob(digest));
      return Optional.empty();
    }
    follow();
    return Optional.of(came);
  }

  private void refuse(String why) {
    note(why);
    if (!answered) {
      share.keepToOne();
    }
  }

  private boolean isPart(BlobStream came, Piece piece) {
    return came.offset() == piece.position()
        && came.etag().equals(beside.etag())
        && (came.length().isEmpty() || came.length().getAsLong() == window.end());
  }

  /** The way is clear for the others. */
  private synchronized void follow() {
    if (!answered) {
      answered = true;
      for (int i = 2; i < share.count(); i++) {
        add();
      }
    }
  }

  private void receive(Piece piece, BlobStream from) {
    open.add(from);
    byte[] buffer = new byte[BUFFER];
    try {
      while (!piece.isWhole()) {
        Optional<ByteBuffer> room = window.room(piece);
        if (room.isEmpty()) {
          return;
        }
        int count = from.body().read(buffer, 0, Math.min(buffer.length, room.get().remaining()));
        if (count < 0) {
          note("the upstream ended a range of " + source.blob(digest));
          return;
        }
        room.get().put(buffer, 0, count);
        window.fill(piece, count);
      }
      from.body().read(); // with its end read, the connection can be used again
    } catch (IOException e) {
      if (!piece.isWhole()) {
        note(String.valueOf(e.getMessage()));
      }
    } finally {
      open.remove(from);
      close(from);
    }
  }

  private void note(String what) {
    if (!window.isClosed()) {
      LOG.info("{}", what);
      trouble = what;
    }
  }

  private static void close(BlobStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      LOG.debug("a range that isn't read to its end", e);
    }
  }
}
