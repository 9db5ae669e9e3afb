package dev.larder.mirror;

import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.upstream.BlobStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the stream of a blob, and has {@link Ranges} brought beside it where the connection is what
 * is slow. The stream goes on until they have proved to come. For one thread, but for {@link
 * #cancel}.
 */
final class Widening {
  private static final Logger LOG = LoggerFactory.getLogger(Widening.class);

  /** How often ranges are tried that may come too late. */
  private static final int ATTEMPTS = 3;

  /** A client's token lives for a minute at least, and can't be had anew; part of that is over. */
  private static final Duration TOKEN = Duration.ofSeconds(45);

  /** How many times as fast as the stream ranges must be to be worth it. */
  private static final double GAIN = 1.3;

  private final UpstreamRepository source;
  private final Digest digest;
  private final Lanes lanes;
  private final InstantSource clock;
  private final List<Ranges> all = new CopyOnWriteArrayList<>();
  private @Nullable Ranges ranges;
  private boolean single;
  private boolean tookOver;
  private Pace pace = Pace.NONE;

  /** Bytes that the stream brought in a second. */
  private long alone;

  private Instant last = Instant.MIN;

  Widening(UpstreamRepository source, Digest digest, Lanes lanes, InstantSource clock) {
    this.source = source;
    this.digest = digest;
    this.lanes = lanes;
    this.clock = clock;
  }

  /** What came is wrong: from now on it comes in one stream. */
  void distrust() {
    single = true;
    if (tookOver) {
      lanes.keepToOne(upstream());
    }
  }

  /** A stream begins. */
  void begin() {
    pace = Pace.NONE;
    last = clock.instant();
  }

  /**
   * Reads from the stream, not beyond the place where ranges begin.
   *
   * @param position of the next byte
   * @param room how many are wanted at most
   */
  int read(BlobStream from, byte[] buffer, long position, int room) throws IOException {
    Ranges beside = ranges;
    int most = beside == null ? room : (int) Math.min(room, beside.window().begin() - position);
    Instant asked = clock.instant();
    int count = from.body().read(buffer, 0, most);
    Instant came = clock.instant();
    pace =
        pace.plus(Duration.between(last, came), Duration.between(asked, came), Math.max(0, count));
    last = came;
    return count;
  }

  /**
   * Decides how it goes on.
   *
   * @param from the stream
   * @param position up to where the blob has been kept
   * @param length of the blob
   * @return whether it goes on by ranges
   */
  boolean isDue(BlobStream from, long position, long length) {
    Ranges beside = ranges;
    if (beside == null) {
      if (pace.isTelling()) {
        if (pace.isSlow()) {
          widen(from, position, length);
        }
        pace = pace.faded();
      }
    } else if (beside.areRefused()) {
      single = true;
      drop(beside);
    } else if (position == beside.window().begin()) {
      if (beside.areAnswered()) {
        return true;
      }
      drop(beside);
    }
    return false;
  }

  /**
   * The ranges that come from there on, now in the place of the stream, which has ended.
   *
   * @param position up to where the blob has been kept
   */
  Optional<Ranges> takeOver(long position) {
    Ranges beside = ranges;
    if (beside == null || position != beside.window().begin() || !beside.areAnswered()) {
      return Optional.empty();
    }
    pace = Pace.NONE;
    last = clock.instant();
    tookOver = true;
    beside.replaceStream();
    return Optional.of(beside);
  }

  /** Asks for a range, which begins where the stream will come too, but not at once. */
  private void widen(BlobStream from, long position, long length) {
    RangeSettings settings = lanes.settings();
    long ahead = (long) settings.piece() << all.size();
    long left = length - position;
    boolean allowed = source.asker().isEmpty() || pace.timeFor(left).compareTo(TOKEN) <= 0;
    if (single
        || !allowed
        || all.size() == ATTEMPTS
        || left < Math.max(settings.least(), 2 * ahead)) {
      return;
    }
    Optional<Lanes.Share> share = lanes.take(upstream());
    if (share.isPresent()) {
      alone = pace.bytesPerSecond();
      Window window = new Window(position + ahead, length, settings.piece(), share.get().count());
      Ranges beside = new Ranges(source, digest, from, window, share.get());
      all.add(beside);
      ranges = beside;
      beside.start();
      LOG.info(
          "{} comes at {} kB/s; asking for ranges of it beside that",
          source.blob(digest),
          alone / 1000);
    }
  }

  /** Takes note of bytes that have come by ranges. */
  void came(int count) {
    Instant now = clock.instant();
    pace = pace.plus(Duration.between(last, now), Duration.ZERO, count);
    last = now;
  }

  /**
   * Ends the ranges that there may be; the rest comes in one stream.
   *
   * @param well whether it isn't for their sake that they end
   */
  void end(boolean well) {
    Ranges beside = ranges;
    if (beside != null) {
      single = true;
      boolean better = !pace.isTelling() || pace.bytesPerSecond() >= GAIN * alone;
      if (tookOver && !(well && better)) {
        lanes.keepToOne(upstream());
      }
      drop(beside);
    }
  }

  private void drop(Ranges dropped) {
    dropped.end();
    ranges = null;
    pace = Pace.NONE;
  }

  private RegistryName upstream() {
    return source.key().upstream().orElseThrow();
  }

  /** Breaks off what is being received. */
  void cancel() {
    all.forEach(Ranges::cancel);
  }

  /** Waits until nobody asks the upstream for ranges any more. */
  void awaitEnd() throws InterruptedException {
    for (Ranges ended : all) {
      ended.awaitEnd();
    }
  }
}
