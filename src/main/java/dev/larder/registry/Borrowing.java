package dev.larder.registry;

import dev.larder.mirror.Lookup;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.MirroredBlob;
import dev.larder.oci.Digest;
import dev.larder.oci.InvalidManifestException;
import dev.larder.oci.Manifest;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.Tag;
import dev.larder.registry.Repository.OverlaidRepository;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.store.StoredManifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Manifests that are pushed to a hosted repository over a mirrored one. A client that was told that
 * a blob, or a manifest of an index, is beneath doesn't push it; so the hosted repository gets it
 * from there, and the mirror may have to fetch it first. What was pushed thus stays whole, whatever
 * becomes of the upstream.
 */
final class Borrowing {
  private final Store store;

  Borrowing(Store store) {
    this.store = store;
  }

  /**
   * Adds a manifest to the hosted repository, and moves a tag to it, if what it refers to is there
   * or can be had from beneath.
   *
   * @return what can't; nothing that the hosted repository serves was changed unless this is empty
   */
  List<Digest> put(
      OverlaidRepository repository, StoredManifest manifest, Manifest parsed, Optional<Tag> tag)
      throws IOException {
    RepositoryKey key = repository.hosted().getFirst();
    List<Digest> missing = store.putCompleteManifest(key, manifest, parsed, tag);
    if (missing.isEmpty()) {
      return missing;
    }
    List<Digest> unknown = new ArrayList<>();
    for (Digest digest : missing) {
      boolean lent =
          (parsed instanceof Manifest.Index && borrowManifest(repository, digest))
              || borrowBlob(repository, digest);
      if (!lent) {
        unknown.add(digest);
      }
    }
    return unknown.isEmpty() ? store.putCompleteManifest(key, manifest, parsed, tag) : unknown;
  }

  private boolean borrowManifest(OverlaidRepository repository, Digest digest) throws IOException {
    Optional<StoredManifest> found = manifestBeneath(repository, digest);
    if (found.isEmpty()) {
      return false;
    }
    StoredManifest manifest = found.get();
    try {
      Manifest parsed = ManifestReader.read(manifest.mediaType(), manifest.content());
      return put(repository, manifest, parsed, Optional.empty()).isEmpty();
    } catch (InvalidManifestException e) {
      return false; // the client is told that it has to push it
    }
  }

  private Optional<StoredManifest> manifestBeneath(OverlaidRepository repository, Digest digest) {
    for (RepositoryKey hosted : repository.hosted()) {
      Optional<StoredManifest> found = store.catalog().manifest(hosted, digest);
      if (found.isPresent()) {
        return found;
      }
    }
    return repository.mirror().manifest(digest)
            instanceof Lookup.Found<StoredManifest>(StoredManifest found, _, _)
        ? Optional.of(found)
        : Optional.empty();
  }

  private boolean borrowBlob(OverlaidRepository repository, Digest digest) throws IOException {
    RepositoryKey to = repository.hosted().getFirst();
    for (RepositoryKey hosted : repository.hosted()) {
      if (store.mount(hosted, to, digest)) {
        return true;
      }
    }
    Mirror mirror = repository.mirror();
    if (!(mirror.blob(digest) instanceof Lookup.Found<MirroredBlob>(MirroredBlob blob, _, _))) {
      return false;
    }
    try (blob) {
      return isWhole(blob) && store.mount(mirror.key(), to, digest);
    }
  }

  /** Waits until it has come and was verified; false if it doesn't come. */
  private static boolean isWhole(MirroredBlob blob) {
    return switch (blob) {
      case MirroredBlob.Whole _ -> true;
      case MirroredBlob.Arriving arriving -> {
        try {
          arriving.awaitWhole();
          yield true;
        } catch (IOException e) {
          yield false; // the fetch has logged why
        }
      }
    };
  }
}
