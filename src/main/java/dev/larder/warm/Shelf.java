package dev.larder.warm;

import dev.larder.mirror.Lookup;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.MirroredBlob;
import dev.larder.mirror.Source;
import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.oci.Tag;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.store.StoredManifest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where the parts of an image are: what was pushed first, then the mirror, which fetches what isn't
 * here.
 *
 * @param held the repositories that have what they have
 * @param mirror empty where nothing is to be fetched
 * @param absent what to say of what is nowhere
 */
record Shelf(Store store, List<RepositoryKey> held, Optional<Mirror> mirror, String absent) {

  /** A manifest, and where it is. */
  record Found(StoredManifest manifest, Part part, Optional<String> warning) {}

  Found manifest(Reference reference) throws UnavailableImageException {
    for (RepositoryKey key : held) {
      Optional<StoredManifest> manifest =
          digest(key, reference).flatMap(digest -> store.catalog().manifest(key, digest));
      if (manifest.isPresent()) {
        return found(key, manifest.get(), false, Optional.empty());
      }
    }
    if (mirror.isEmpty()) {
      throw new UnavailableImageException(absent);
    }
    return switch (mirror.get().manifest(reference)) {
      case Lookup.Found<StoredManifest>(var manifest, Source source, var warning) ->
          found(mirror.get().key(), manifest, source == Source.MISS, warning);
      case Lookup<StoredManifest> none -> throw new UnavailableImageException(none.message());
    };
  }

  private static Found found(
      RepositoryKey key, StoredManifest manifest, boolean fetched, Optional<String> warning) {
    Part part = new Part(key, manifest.digest(), manifest.content().length, true, fetched);
    return new Found(manifest, part, warning);
  }

  private Optional<Digest> digest(RepositoryKey key, Reference reference) {
    return switch (reference) {
      case Digest digest -> Optional.of(digest);
      case Tag tag -> store.catalog().tag(key, tag);
    };
  }

  /** A blob; waits until it has come and was verified. */
  Part blob(Descriptor descriptor) throws UnavailableImageException, IOException {
    Digest digest = descriptor.digest();
    for (RepositoryKey key : held) {
      OptionalLong size = store.blobSize(key, digest);
      if (size.isPresent()) {
        return new Part(key, digest, size.getAsLong(), false, false);
      }
    }
    if (mirror.isEmpty()) {
      throw new UnavailableImageException("its blob %s isn't here".formatted(digest));
    }
    // Another repository may have it: then it is here without a fetch.
    boolean fetched = !store.catalog().isBlobLinked(digest);
    return switch (mirror.get().blob(digest)) {
      case Lookup.Found<MirroredBlob>(MirroredBlob blob, _, _) -> {
        try (blob) {
          await(mirror.get().key(), digest, blob);
          yield new Part(mirror.get().key(), digest, blob.size(), false, fetched);
        }
      }
      case Lookup<MirroredBlob> none -> throw new UnavailableImageException(none.message());
    };
  }

  private void await(RepositoryKey key, Digest digest, MirroredBlob blob)
      throws UnavailableImageException, IOException {
    if (blob instanceof MirroredBlob.Arriving arriving) {
      try {
        arriving.awaitWhole();
      } catch (IOException e) {
        throw new UnavailableImageException(String.valueOf(e.getMessage()));
      }
    }
    if (store.blobSize(key, digest).isEmpty()) {
      throw new UnavailableImageException("its blob %s came and wasn't kept".formatted(digest));
    }
  }
}
