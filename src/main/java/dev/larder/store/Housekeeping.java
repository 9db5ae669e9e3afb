package dev.larder.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects and verifies from time to time, while others work. Collecting and verifying have a
 * thread each, so that a verification, which takes its time, holds up no collection.
 */
public final class Housekeeping implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  /** Under this name the catalog knows when was last collected. */
  public static final String COLLECTION = "collection";

  /** Under this name the catalog knows when was last verified, or else when the store began. */
  public static final String VERIFICATION = "verification";

  private static final Duration LONGEST_NAP = Duration.ofMinutes(10);

  /**
   * When what is done.
   *
   * @param collectEvery how long after a collection the next one begins
   * @param collectAfter the grace period of collections
   * @param verifyEvery how long after a verification the next one begins; empty for never
   * @param verifyBytesPerSecond how fast it reads
   */
  public record Schedule(
      Duration collectEvery,
      Duration collectAfter,
      Optional<Duration> verifyEvery,
      long verifyBytesPerSecond) {

    /** Enough for a store of some hundred gigabytes, and nothing that a disk notices. */
    public static final Schedule DEFAULT =
        new Schedule(
            Duration.ofHours(1), Duration.ofHours(1), Optional.of(Duration.ofDays(7)), 20_000_000);
  }

  private final Store store;
  private final Schedule schedule;
  private final InstantSource clock;
  private final Collector collector;
  private final Verifier verifier;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread collecting = new Thread(this::collectAlways, "collect");
  private final Thread verifying = new Thread(this::verifyAlways, "verify");

  public Housekeeping(Store store, Schedule schedule, InstantSource clock) {
    this.store = store;
    this.schedule = schedule;
    this.clock = clock;
    this.collector = new Collector(store, clock);
    this.verifier = new Verifier(store);
  }

  /** Begins; nothing is done at once. */
  public void start() {
    collecting.start();
    verifying.start();
  }

  private void collectAlways() {
    while (!sleep(schedule.collectEvery())) {
      attempt("collecting", this::collect);
    }
  }

  private void verifyAlways() {
    while (!sleep(napBeforeVerification())) {
      attempt("verifying", this::verifyIfDue);
    }
  }

  private Duration napBeforeVerification() {
    return schedule
        .verifyEvery()
        .filter(every -> every.compareTo(LONGEST_NAP) < 0)
        .orElse(LONGEST_NAP);
  }

  private interface Chore {
    void run() throws IOException;
  }

  private static void attempt(String what, Chore chore) {
    try {
      chore.run();
    } catch (CancellationException e) {
      LOG.debug("{} has ended early", what);
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{} failed, and is tried again later: {}", what, e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("{} failed", what, e);
    }
  }

  /** Collects now. */
  void collect() throws IOException {
    Collection done =
        collector.collect(
            new Collector.Scope(schedule.collectAfter(), false, false), this::endIfStopped);
    store.catalog().done(COLLECTION);
    if (!done.isEmpty()) {
      LOG.info(
          "collected {} blobs that nothing referred to ({} bytes), {} files that no repository had,"
              + " {} that never became whole",
          done.blobs(),
          done.bytes(),
          done.orphans(),
          done.partial());
    }
  }

  /** Verifies if the last time is long enough ago; a store that never was is old from now on. */
  void verifyIfDue() throws IOException {
    if (schedule.verifyEvery().isEmpty()) {
      return;
    }
    Optional<Instant> last = store.catalog().lastDone(VERIFICATION);
    if (last.isEmpty()) {
      store.catalog().done(VERIFICATION);
    } else if (!clock.instant().isBefore(last.get().plus(schedule.verifyEvery().get()))) {
      LongConsumer pace = new Pace(schedule.verifyBytesPerSecond(), clock, this::sleep);
      report(verifier.verify(pace, this::endIfStopped));
      store.catalog().done(VERIFICATION);
    }
  }

  private static void report(Verification done) {
    for (String problem : done.problems()) {
      LOG.error("{}", problem);
    }
    for (MissingPart part : done.missing()) {
      LOG.error("{} lacks {}", part.image(), part.part());
    }
    LOG.info(
        "verified {} blobs and {} manifests ({} bytes): {} problems",
        done.blobs(),
        done.manifests(),
        done.bytes(),
        done.problems().size() + done.missing().size());
  }

  private void endIfStopped(String what, long done, long total) {
    if (stopped.getCount() == 0) {
      throw new CancellationException("Larder is stopping");
    }
  }

  /** Sleeps; whether it is to end. */
  private boolean sleep(Duration time) {
    try {
      return stopped.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  /** Ends what is going on, and waits for that. */
  @Override
  public void close() {
    stopped.countDown();
    try {
      collecting.join();
      verifying.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
