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
import dev.larder.store.Store;
import dev.larder.store.StoredManifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Manifests that are pushed to a hosted repository over a mirrored one. A client that was told that
 * the upstream has a blob, or a manifest of an index, doesn't push it; so the hosted repository
 * gets it from the mirror, which may have to fetch it first. What was pushed thus stays whole,
 * whatever becomes of the upstream.
 */
final class Borrowing {
  private final Store store;

  Borrowing(Store store) {
    this.store = store;
  }

  /**
   * Adds a manifest to the hosted repository, and moves a tag to it, if what it refers to is there
   * or can be had from the mirror.
   *
   * @return what can't; nothing that the hosted repository serves was changed unless this is empty
   */
  List<Digest> put(
      OverlaidRepository repository, StoredManifest manifest, Manifest parsed, Optional<Tag> tag)
      throws IOException {
    List<Digest> missing = store.putCompleteManifest(repository.key(), manifest, parsed, tag);
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
    return unknown.isEmpty()
        ? store.putCompleteManifest(repository.key(), manifest, parsed, tag)
        : unknown;
  }

  private boolean borrowManifest(OverlaidRepository repository, Digest digest) throws IOException {
    if (!(repository.mirror().manifest(digest)
        instanceof Lookup.Found<StoredManifest>(StoredManifest found, _, _))) {
      return false;
    }
    try {
      Manifest parsed = ManifestReader.read(found.mediaType(), found.content());
      return put(repository, found, parsed, Optional.empty()).isEmpty();
    } catch (InvalidManifestException e) {
      return false; // the client is told that it has to push it
    }
  }

  private boolean borrowBlob(OverlaidRepository repository, Digest digest) throws IOException {
    Mirror mirror = repository.mirror();
    if (!(mirror.blob(digest) instanceof Lookup.Found<MirroredBlob>(MirroredBlob blob, _, _))) {
      return false;
    }
    try (blob) {
      return isWhole(blob) && store.mount(mirror.key(), repository.key(), digest);
    }
  }

  /** Waits until it has come and was verified; false if it doesn't come. */
  private static boolean isWhole(MirroredBlob blob) {
    return switch (blob) {
      case MirroredBlob.Whole _ -> true;
      case MirroredBlob.Arriving arriving -> {
        try {
          arriving.writeTo(arriving.size(), 0, _ -> {});
          yield true;
        } catch (IOException e) {
          yield false; // the fetch has logged why
        }
      }
    };
  }
}
