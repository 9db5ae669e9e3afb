package dev.larder.mirror;

import dev.larder.oci.Digest;
import dev.larder.store.IncomingBlob;
import dev.larder.upstream.Answer;
import dev.larder.upstream.BlobStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the bytes of a blob from an upstream, in as many pieces as it takes, and tells how far
 * they have come. It doesn't verify them. For one thread, but for {@link #cancel}.
 */
final class Download {
  private static final Logger LOG = LoggerFactory.getLogger(Download.class);
  private static final int BUFFER = 256 << 10;

  /**
   * How many bytes an attempt must bring to earn new ones: an upstream that breaks off again and
   * again after a few isn't asked for each few.
   */
  private static final long PROGRESS = 1 << 20;

  private final UpstreamRepository source;
  private final Digest digest;
  private final List<Duration> retries;
  private final Progress progress;
  private final Bytes to;
  private final Widening widening;
  private OptionalLong length = OptionalLong.empty();
  private Optional<String> etag = Optional.empty();

  /** Whether the upstream has begun to send it. */
  private boolean begun;

  /** Whether the upstream has ended a blob of which it didn't say how long it is. */
  private boolean sawEnd;

  /** Whether the bytes came in more than one stream. */
  private boolean pieced;

  private volatile @Nullable BlobStream stream;

  /**
   * Why a stream ended.
   *
   * @param last whether another one would be no better
   */
  private record Trouble(Lookup<MirroredBlob> answer, boolean last) {}

  /** Where the bytes of a blob find room. */
  interface Bytes {
    /**
     * The blob has that many.
     *
     * @throws NoRoomException if there is no room for them
     */
    void expect(long length) throws NoRoomException;

    /** Some have come. */
    void append(IncomingBlob blob, ByteBuffer bytes) throws IOException;
  }

  /**
   * @param retries as in {@link MirrorSettings}
   * @param lanes on which ranges may come
   */
  Download(
      UpstreamRepository source,
      Digest digest,
      List<Duration> retries,
      Progress progress,
      Lanes lanes,
      InstantSource clock,
      Bytes to) {
    this.source = source;
    this.digest = digest;
    this.retries = retries;
    this.progress = progress;
    this.widening = new Widening(source, digest, lanes, clock);
    this.to = to;
  }

  /**
   * Says how long the blob must be, where that is known.
   *
   * @throws NoRoomException if there is no room for it
   */
  void expect(OptionalLong described) throws NoRoomException {
    length = described;
    if (length.isPresent()) {
      to.expect(length.getAsLong());
    }
  }

  /** How long the blob is, where that is known by now. */
  OptionalLong length() {
    return length;
  }

  /** Whether what was received may have been put together from different contents. */
  boolean isPieced() {
    return pieced;
  }

  /** What was received is wrong: from now on, it comes in one stream. */
  void distrust() {
    widening.distrust();
  }

  /** Breaks off what is being received. */
  void cancel() {
    BlobStream open = stream;
    if (open != null) {
      close(open, false);
    }
    widening.cancel();
  }

  /** Waits until nobody asks the upstream for it any more. */
  void awaitEnd() throws InterruptedException {
    widening.awaitEnd();
  }

  /** Receives what isn't there; what to say where that fails. */
  Optional<Lookup<MirroredBlob>> receive(IncomingBlob bytes)
      throws IOException, InterruptedException {
    takeUp(bytes);
    try {
      return receiveAll(bytes);
    } finally {
      widening.end(true);
    }
  }

  private Optional<Lookup<MirroredBlob>> receiveAll(IncomingBlob bytes)
      throws IOException, InterruptedException {
    Iterator<Duration> patience = retries.iterator();
    while (!isWhole(bytes)) {
      long before = bytes.size();
      Trouble trouble = receiveMore(bytes);
      if (isWhole(bytes)) {
        break;
      }
      if (trouble.last()) {
        return Optional.of(trouble.answer());
      }
      if (progress.stopped()) {
        return Optional.of(unavailable("Larder is stopping"));
      }
      if (bytes.size() - before >= PROGRESS) {
        patience = retries.iterator();
      }
      String state =
          "%s; of %s, %d bytes are here"
              .formatted(trouble.answer().message(), source.blob(digest), bytes.size());
      if (!patience.hasNext()) {
        return Optional.of(source.failure(state));
      }
      LOG.warn("{}; asking for the rest", state);
      pieced = true;
      progress.awaitStop(patience.next());
    }
    return Optional.empty();
  }

  /** Begins with what an earlier run may have left. */
  private void takeUp(IncomingBlob bytes) throws IOException {
    etag = Optional.empty();
    sawEnd = false;
    if (length.isPresent() && bytes.size() > length.getAsLong()) {
      bytes.restart();
    }
    pieced = bytes.size() > 0;
    progress.advance(bytes.size());
  }

  /** Asks for what isn't there, and takes what comes; the trouble that ended it. */
  private Trouble receiveMore(IncomingBlob bytes) throws IOException {
    Answer<BlobStream> answer = source.registry().blob(source.name(), digest, bytes.size(), etag);
    if (!(answer instanceof Answer.Found<BlobStream>(BlobStream came))) {
      return begun
          ? new Trouble(UpstreamRepository.lookup(answer), false)
          : new Trouble(source.answer(answer), true);
    }
    begun = true;
    etag = came.etag();
    Trouble trouble = receive(came, bytes);
    Optional<Ranges> ranges = widening.takeOver(bytes.size());
    return ranges.isPresent() ? receive(ranges.get(), bytes) : trouble;
  }

  private Trouble receive(BlobStream came, IncomingBlob bytes) throws IOException {
    stream = came;
    try {
      learnLength(came, bytes);
      if (came.length().isPresent() && !came.length().equals(length)) {
        return new Trouble(
            source.failure(
                "the upstream says that %s has %d bytes, but it must have %d"
                    .formatted(source.blob(digest), came.length().getAsLong(), length.getAsLong())),
            true);
      }
      length.ifPresent(progress::begin);
      return new Trouble(unavailable(copy(came, bytes)), false);
    } finally {
      stream = null;
      close(came, isWhole(bytes) && came.length().isPresent());
    }
  }

  /** Appends what comes by several ranges at once. */
  private Trouble receive(Ranges ranges, IncomingBlob bytes) throws IOException {
    pieced = true;
    for (Optional<ByteBuffer> next = ranges.window().next();
        next.isPresent() && !progress.stopped();
        next = ranges.window().next()) {
      int count = next.get().remaining();
      to.append(bytes, next.get());
      ranges.window().take(count);
      widening.came(count);
      progress.advance(bytes.size());
    }
    widening.end(isWhole(bytes) || progress.stopped());
    return new Trouble(unavailable(ranges.trouble()), false);
  }

  private void learnLength(BlobStream came, IncomingBlob bytes) throws IOException {
    if (length.isEmpty()) {
      expect(came.length());
      if (length.isPresent() && bytes.size() > length.getAsLong()) {
        bytes.restart();
        progress.advance(0);
      }
    }
  }

  private boolean isWhole(IncomingBlob bytes) {
    return length.isPresent() ? bytes.size() == length.getAsLong() : sawEnd;
  }

  /**
   * Appends what comes.
   *
   * @return why it ended, unless it is whole or comes by ranges from here on
   * @throws IOException if it can't be stored
   */
  private String copy(BlobStream from, IncomingBlob bytes) throws IOException {
    // Where it begins at 0 again, nobody compares those bytes with ours: the digest will tell.
    long known = bytes.size() - from.offset();
    if (known < 0) {
      return "the upstream went on at byte " + from.offset();
    }
    byte[] buffer = new byte[BUFFER];
    widening.begin();
    while (!isWhole(bytes) && !progress.stopped()) {
      int count;
      try {
        from.body().skipNBytes(known);
        known = 0;
        count = widening.read(from, buffer, bytes.size(), room(bytes));
      } catch (EOFException e) {
        return "the upstream sent less than the first time";
      } catch (IOException e) {
        return String.valueOf(e.getMessage());
      }
      if (count < 0) {
        sawEnd = !progress.stopped(); // when it is cancelled, it has an end too
        return "the upstream ended it";
      }
      to.append(bytes, ByteBuffer.wrap(buffer, 0, count));
      progress.advance(bytes.size());
      if (length.isPresent() && widening.isDue(from, bytes.size(), length.getAsLong())) {
        break;
      }
    }
    return "";
  }

  private int room(IncomingBlob bytes) {
    return length.isPresent() ? (int) Math.min(BUFFER, length.getAsLong() - bytes.size()) : BUFFER;
  }

  /**
   * Lets go of a stream.
   *
   * @param atEnd whether there are no more bytes: when that end is read, the connection can be used
   *     again
   */
  private static void close(BlobStream stream, boolean atEnd) {
    try (stream) {
      if (atEnd && stream.body().read() >= 0) {
        LOG.debug("a blob of {} bytes goes on after them", stream.length());
      }
    } catch (IOException e) {
      LOG.debug("the end of a blob that has been read", e);
    }
  }

  private static Lookup<MirroredBlob> unavailable(String message) {
    return new Lookup.Unavailable<>(message, Optional.empty());
  }
}
