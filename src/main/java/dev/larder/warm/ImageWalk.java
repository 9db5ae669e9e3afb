package dev.larder.warm;

import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.ImageReference;
import dev.larder.oci.InvalidManifestException;
import dev.larder.oci.Manifest;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.MediaType;
import dev.larder.oci.Platform;
import dev.larder.oci.Platforms;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Gets all of one image: its manifests one after the other, then its blobs side by side. */
final class ImageWalk {
  /** Deeper than any index of indexes. */
  private static final int MAX_DEPTH = 32;

  private final Shelf shelf;
  private final Platforms platforms;
  private final Turns turns;
  private final Map<Digest, Part> parts = new LinkedHashMap<>();
  private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();

  ImageWalk(Shelf shelf, Platforms platforms, Turns turns) {
    this.shelf = shelf;
    this.platforms = platforms;
    this.turns = turns;
  }

  Outcome run(ImageReference image)
      throws UnavailableImageException, IOException, InterruptedException {
    turns.check();
    Shelf.Found top = shelf.manifest(image.reference());
    add(top, 0);
    getBlobs();
    return new Outcome.Here(
        image,
        top.manifest().mediaType(),
        top.manifest().digest(),
        List.copyOf(parts.values()),
        top.warning());
  }

  private void add(Shelf.Found found, int depth) throws UnavailableImageException {
    if (depth > MAX_DEPTH) {
      throw new UnavailableImageException("its indexes list indexes, %d deep".formatted(MAX_DEPTH));
    }
    Digest digest = found.manifest().digest();
    if (parts.put(digest, found.part()) != null) {
      return;
    }
    switch (parse(found)) {
      case Manifest.Image image ->
          Stream.concat(Stream.of(image.config()), image.layers().stream())
              .filter(blob -> blob.mediaType().isDistributable())
              .forEach(blob -> blobs.putIfAbsent(blob.digest(), blob));
      case Manifest.Index index -> {
        for (Descriptor listed : wanted(index)) {
          MediaType type = listed.mediaType();
          if (type.isIndex() || type.isImageManifest()) {
            turns.check();
            add(shelf.manifest(listed.digest()), depth + 1);
          } else {
            blobs.putIfAbsent(listed.digest(), listed); // as in BuildKit's caches
          }
        }
      }
    }
  }

  private static Manifest parse(Shelf.Found found) throws UnavailableImageException {
    try {
      return ManifestReader.read(found.manifest().mediaType(), found.manifest().content());
    } catch (InvalidManifestException e) {
      throw new UnavailableImageException(
          "its manifest %s can't be understood: %s"
              .formatted(found.manifest().digest(), e.getMessage()));
    }
  }

  private List<Descriptor> wanted(Manifest.Index index) throws UnavailableImageException {
    List<Platform> missing = platforms.missing(index);
    if (!missing.isEmpty()) {
      String there =
          index.manifests().stream()
              .flatMap(image -> image.platform().stream())
              .filter(platform -> !platform.os().equals("unknown"))
              .map(Platform::toString)
              .distinct()
              .collect(Collectors.joining(", "));
      throw new UnavailableImageException(
          "it isn't made for %s, but for %s: see --platform"
              .formatted(
                  missing.stream().map(Platform::toString).collect(Collectors.joining(", ")),
                  there));
    }
    return platforms.of(index);
  }

  private void getBlobs() throws UnavailableImageException, IOException, InterruptedException {
    List<Future<Part>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Descriptor blob : blobs.values()) {
        running.add(threads.submit(() -> turns.take(blob.digest(), () -> shelf.blob(blob))));
      }
    }
    for (Future<Part> blob : running) {
      try {
        parts.put(blob.get().digest(), blob.get());
      } catch (ExecutionException e) {
        rethrow(e);
      }
    }
  }

  private static void rethrow(ExecutionException failure)
      throws UnavailableImageException, IOException {
    switch (failure.getCause()) {
      case UnavailableImageException cause -> throw cause;
      case IOException cause -> throw cause;
      case RuntimeException cause -> throw cause;
      case null, default -> throw new IllegalStateException(failure);
    }
  }
}
