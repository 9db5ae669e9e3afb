package dev.larder.store;

import dev.larder.metrics.Counts;
import dev.larder.metrics.Metrics;
import dev.larder.oci.Reference;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import java.io.Closeable;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what was counted into the {@link Statistics}, from time to time and together: no request
 * waits for that. What was counted since the last time is lost if the process is killed.
 */
public final class Bookkeeper implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Bookkeeper.class);
  private static final Duration PAUSE = Duration.ofMinutes(1);

  /** Of how many images and blobs it is known between two times that they were pulled. */
  private static final int MAX_IMAGES = 50_000;

  /** As requests name it: it is read later, by the thread that has the time. */
  private record Image(Optional<RegistryName> upstream, String repository, String reference) {}

  private static final class Tally {
    final LongAdder pulls = new LongAdder();
    volatile Instant last = Instant.MIN;
    long kept;
  }

  private final Statistics statistics;
  private final Metrics metrics;
  private final InstantSource clock;
  private final ConcurrentHashMap<Image, Tally> images = new ConcurrentHashMap<>();
  private Map<String, Counts> kept = Map.of();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread = new Thread(this::keepAlways, "bookkeeping");

  /**
   * @param metrics has what is counted by upstream; of one start of the process, as this
   * @param clock tells which day it is
   */
  public Bookkeeper(Statistics statistics, Metrics metrics, InstantSource clock) {
    this.statistics = statistics;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  /**
   * Takes note that an image or blob was asked for and answered. Neither blocks nor writes.
   *
   * @param upstream the registry that its repository mirrors
   * @param repository the repository's name there
   * @param reference the tag or digest by which it was asked for
   */
  public void pulled(
      Optional<RegistryName> upstream, String repository, String reference, Instant now) {
    Image image = new Image(upstream, repository, reference);
    Tally tally = images.get(image);
    if (tally == null) {
      if (images.size() >= MAX_IMAGES) {
        return;
      }
      tally = images.computeIfAbsent(image, _ -> new Tally());
    }
    tally.pulls.increment();
    tally.last = now;
  }

  /**
   * Brings what was counted so far into the statistics.
   *
   * @throws UncheckedIOException if they can't be written; it is tried again the next time
   */
  public synchronized void keep() {
    Map<String, Counts> now = metrics.counts();
    Map<String, Counts> counts = new HashMap<>();
    now.forEach(
        (upstream, all) -> {
          Counts more = all.since(kept.getOrDefault(upstream, Counts.NONE));
          if (!more.equals(Counts.NONE)) {
            counts.put(upstream, more);
          }
        });
    Map<Tally, Long> pulled = new HashMap<>();
    List<Pulls> pulls = new ArrayList<>();
    images.forEach(
        (image, tally) -> {
          long sum = tally.pulls.sum();
          if (sum == tally.kept) {
            images.remove(image);
          } else {
            pulled.put(tally, sum);
            pulls(image, sum - tally.kept, tally.last).ifPresent(pulls::add);
          }
        });
    if (!counts.isEmpty() || !pulls.isEmpty()) {
      statistics.add(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC), counts, pulls);
      kept = now;
      pulled.forEach((tally, sum) -> tally.kept = sum);
    }
  }

  private static Optional<Pulls> pulls(Image image, long number, Instant last) {
    return RepositoryName.parse(image.repository())
        .flatMap(
            name ->
                Reference.parse(image.reference())
                    .map(
                        reference ->
                            new Pulls(
                                new RepositoryKey(image.upstream(), name),
                                reference,
                                number,
                                last)));
  }

  private void keepAlways() {
    try {
      while (!stopped.await(PAUSE.toNanos(), TimeUnit.NANOSECONDS)) {
        attempt();
      }
    } catch (InterruptedException e) {
      LOG.debug("interrupted", e);
    }
  }

  private void attempt() {
    try {
      keep();
    } catch (UncheckedIOException e) {
      LOG.warn("statistics aren't kept, and are tried again later: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("keeping statistics failed", e);
    }
  }

  /** Keeps what there is, and ends. */
  @Override
  public void close() {
    stopped.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    attempt();
  }
}
