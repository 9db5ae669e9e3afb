package dev.larder.warm;

import dev.larder.mirror.Fetch;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.Mirrors;
import dev.larder.oci.Digest;
import dev.larder.oci.ImageReference;
import dev.larder.oci.Platforms;
import dev.larder.oci.RegistryName;
import dev.larder.oci.Tag;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that images are here whole: some at a time, and of all of them some layers at a time.
 * What was pushed here is looked at; all else comes through its mirror, by the same rules as when a
 * client asks for it.
 */
public final class Warmer {
  private static final Logger LOG = LoggerFactory.getLogger(Warmer.class);

  /** How many images are looked at side by side. */
  private static final int IMAGES = 4;

  /** How many layers are fetched side by side, of all images. */
  private static final int BLOBS = 8;

  /** How often progress is told. */
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Store store;
  private final Optional<Mirrors> mirrors;
  private final Predicate<RegistryName> ownNames;
  private final boolean overlays;

  /**
   * @param mirrors fetch what isn't here; empty where only that counts
   * @param ownNames what images that were pushed here may be called by
   * @param overlays whether what was pushed under an upstream's name comes before the upstream's
   */
  public Warmer(
      Store store, Optional<Mirrors> mirrors, Predicate<RegistryName> ownNames, boolean overlays) {
    this.store = store;
    this.mirrors = mirrors;
    this.ownNames = ownNames;
    this.overlays = overlays;
  }

  /** Is told how far it is, by the thread that has called {@link Warmer#run}. */
  public interface Listener {
    /** These are on their way, and no others. */
    void fetching(List<Fetch> fetches);

    /** An image is done. */
    void ended(Outcome outcome);
  }

  /**
   * Brings images here.
   *
   * @param platforms which images of an index
   * @param listener what it throws ends this; what is being fetched comes all the same
   * @return what came of each, in their order
   */
  public List<Outcome> run(List<ImageReference> images, Platforms platforms, Listener listener) {
    Round round = new Round(platforms);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      images.forEach(image -> threads.execute(() -> round.bring(image)));
      List<Outcome> outcomes = new ArrayList<>();
      while (outcomes.size() < images.size()) {
        Outcome outcome = round.ended.poll(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        listener.fetching(round.fetches());
        if (outcome != null) {
          listener.ended(outcome);
          outcomes.add(outcome);
        }
      }
      return images.stream()
          .flatMap(image -> outcomes.stream().filter(outcome -> outcome.image().equals(image)))
          .toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (CancellationException) new CancellationException("Larder is stopping").initCause(e);
    } finally {
      round.turns.end();
      threads.shutdown();
    }
  }

  private Shelf shelf(ImageReference image) throws UnavailableImageException {
    if (ownNames.test(image.registry())) {
      RepositoryKey hosted = RepositoryKey.hosted(image.repository());
      // localhost:5000/quay.io/app is Larder's quay.io/app, for clients that are given a path.
      return hosted.overlaid().isPresent()
          ? shelf(image, hosted.overlaid().get())
          : new Shelf(
              store, List.of(hosted), Optional.empty(), "it was never pushed here, or was removed");
    }
    return shelf(image, RepositoryKey.mirrored(image.registry(), image.repository()));
  }

  private Shelf shelf(ImageReference image, RepositoryKey mirrored)
      throws UnavailableImageException {
    List<RepositoryKey> held = new ArrayList<>();
    mirrored.overlay().filter(overlay -> overlays && has(overlay, image)).ifPresent(held::add);
    if (mirrors.isEmpty()) {
      held.add(mirrored);
      return new Shelf(
          store,
          held,
          Optional.empty(),
          "it isn't here, and only a Larder that serves can pull it: larder up or larder serve");
    }
    RegistryName upstream = mirrored.upstream().orElseThrow();
    Mirror mirror =
        mirrors
            .get()
            .mirror(upstream, mirrored.name())
            .orElseThrow(
                () ->
                    new UnavailableImageException(
                        "Larder's configuration doesn't allow the upstream " + upstream));
    return new Shelf(store, held, Optional.of(mirror), "");
  }

  /** Whether what was pushed over a mirror has an image. */
  private boolean has(RepositoryKey overlay, ImageReference image) {
    return switch (image.reference()) {
      case Digest digest -> store.catalog().manifest(overlay, digest).isPresent();
      case Tag tag -> store.catalog().tag(overlay, tag).isPresent();
    };
  }

  /** What is shared by the images that are brought together. */
  private final class Round {
    private final Platforms platforms;
    private final Semaphore images = new Semaphore(IMAGES);
    private final Turns turns = new Turns(BLOBS);
    private final BlockingQueue<Outcome> ended = new LinkedBlockingQueue<>();

    Round(Platforms platforms) {
      this.platforms = platforms;
    }

    void bring(ImageReference image) {
      try {
        images.acquireUninterruptibly();
        try {
          ended.add(new ImageWalk(shelf(image), platforms, turns).run(image));
        } finally {
          images.release();
        }
      } catch (UnavailableImageException e) {
        ended.add(new Outcome.Missing(image, String.valueOf(e.getMessage())));
      } catch (IOException | UncheckedIOException e) {
        ended.add(new Outcome.Missing(image, "the store can't be used: " + e.getMessage()));
      } catch (RuntimeException e) {
        LOG.error("{} can't be brought here", image, e);
        ended.add(new Outcome.Missing(image, "an error in Larder, which its log describes: " + e));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // nobody waits for it any more
      }
    }

    List<Fetch> fetches() {
      return mirrors.stream()
          .flatMap(all -> all.fetches().stream())
          .filter(fetch -> turns.isActive(fetch.digest()))
          .toList();
    }
  }
}
