package dev.larder.store;

import dev.larder.oci.Digest;
import dev.larder.oci.Manifest;
import dev.larder.oci.Tag;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * Blobs and catalog, kept in step: what the catalog names is in the blob store, whatever is
 * deleted, committed or killed meanwhile. Safe for use by many threads.
 *
 * <p>A blob becomes durable first, and then the catalog learns of it; it leaves in the opposite
 * order. A crash between the two leaves a blob that nothing names, which {@link #sweep} removes.
 *
 * <p>To link and to remove the same blob exclude each other by a lock of that digest alone. It is
 * held while the file is synced; whoever waits for that wants this very blob, and couldn't go on
 * without it. Reading takes no lock.
 */
public final class Store {
  private final BlobStore blobs;
  private final Catalog catalog;
  private final Overlays overlays;
  private final PrivateRepositories privateRepositories;
  private final DigestLocks locks = new DigestLocks();
  private final Uses uses = new Uses();
  private volatile RoomMaker roomMaker = _ -> false;

  public Store(BlobStore blobs, Catalog catalog) {
    this.blobs = blobs;
    this.catalog = catalog;
    this.overlays = new Overlays(catalog);
    this.privateRepositories = new PrivateRepositories(catalog);
  }

  /** Who refers to what. Blobs and manifests are added by this class, not there. */
  public Catalog catalog() {
    return catalog;
  }

  /** Which mirrored repositories have something hosted over them. */
  public Overlays overlays() {
    return overlays;
  }

  /** Makes room on a full disk. */
  @FunctionalInterface
  interface RoomMaker {
    /** Frees that many bytes, or what it can; false if there is no more room than before. */
    boolean makeRoom(long bytes) throws IOException;
  }

  /** Says who makes room from now on where the disk is full. */
  void whenFull(RoomMaker maker) {
    roomMaker = maker;
  }

  /** Which mirrored repositories aren't everybody's. */
  public PrivateRepositories privateRepositories() {
    return privateRepositories;
  }

  /** Opens a blob, if that repository may serve it. Whoever opens it closes it. */
  public Optional<Blob> openBlob(RepositoryKey repository, Digest digest) throws IOException {
    return mayServe(repository, digest)
        ? blobs.open(digest).map(blob -> new Blob(blob.content(), blob.size(), uses.begin(digest)))
        : Optional.empty();
  }

  /** Says that a blob is about to come: what refers to it stays until the result is closed. */
  public Closeable use(Digest digest) {
    return uses.begin(digest);
  }

  Uses uses() {
    return uses;
  }

  /** The length of a blob in bytes, if that repository may serve it. */
  public OptionalLong blobSize(RepositoryKey repository, Digest digest) throws IOException {
    return mayServe(repository, digest) ? blobs.size(digest) : OptionalLong.empty();
  }

  /** Who pushes leaves out what is here already: so it isn't collected soon. */
  private boolean mayServe(RepositoryKey repository, Digest digest) {
    return repository.upstream().isEmpty()
        ? catalog.useBlob(repository, digest)
        : catalog.hasBlob(repository, digest);
  }

  BlobStore blobs() {
    return blobs;
  }

  /** Keeps others from linking and removing that blob until the result is closed. */
  DigestLocks.Held lock(Digest digest) {
    return locks.lock(digest);
  }

  /**
   * Lets a repository serve a blob that is here already, for another repository's sake. The caller
   * knows that it may.
   *
   * @return false if the blob isn't here
   */
  public boolean link(RepositoryKey repository, Digest digest) throws IOException {
    try (var _ = locks.lock(digest)) {
      OptionalLong size = blobs.size(digest);
      if (size.isEmpty()) {
        return false;
      }
      catalog.linkBlob(repository, digest, size.getAsLong());
      overlays.written(repository);
      return true;
    }
  }

  /**
   * Lets the repository {@code to} serve a blob that {@code from} may serve.
   *
   * @return false if {@code from} may not serve it, or it isn't here
   */
  public boolean mount(RepositoryKey from, RepositoryKey to, Digest digest) throws IOException {
    return catalog.hasBlob(from, digest) && link(to, digest);
  }

  /** Begins a blob whose digest is told at its end; see {@link BlobStore#create}. */
  public IncomingBlob create() throws IOException {
    return withRoom(0, blobs::create);
  }

  /** Begins a blob, or goes on with it; see {@link BlobStore#resume}. */
  public IncomingBlob resume(Digest digest) throws IOException {
    return withRoom(0, () -> blobs.resume(digest));
  }

  /**
   * Appends to a blob; see {@link IncomingBlob#append}. On a full disk, mirrored content makes
   * room.
   */
  public void append(IncomingBlob incoming, ByteBuffer bytes) throws IOException {
    withRoom(
        bytes.remaining(),
        () -> {
          incoming.append(bytes);
          return bytes;
        });
  }

  private interface Writing<T> {
    T write() throws IOException;
  }

  /** Writes, and tries it again as long as a full disk has something that can go. */
  private <T> T withRoom(long bytes, Writing<T> writing) throws IOException {
    while (true) {
      try {
        return writing.write();
      } catch (IOException | UncheckedIOException e) {
        if (!FullDisk.isCause(e) || !roomMaker.makeRoom(bytes)) {
          throw e;
        }
      }
    }
  }

  /** Begins a blob with the bytes of a file; see {@link BlobStore#adopt}. */
  public Adoption adopt(Path file, Digest digest, LongConsumer hashed) throws IOException {
    return blobs.adopt(file, digest, hashed);
  }

  /**
   * Ends a blob: verified, durable, and served by that repository when this returns.
   *
   * @throws DigestMismatchException as {@link IncomingBlob#commit}
   * @throws IOException as {@link IncomingBlob#commit}
   * @throws UncheckedIOException if the catalog can't be written; the blob isn't served
   */
  public void commit(RepositoryKey repository, IncomingBlob incoming, Digest digest)
      throws DigestMismatchException, IOException {
    try (var _ = locks.lock(digest)) {
      incoming.commit(digest);
      try {
        catalog.linkBlob(repository, digest, incoming.size());
      } catch (UncheckedIOException e) {
        // After another failure than this one the change may turn out to have happened: then the
        // file stays until the next sweep.
        if (FullDisk.isCause(e) && !catalog.isBlobLinked(digest)) {
          blobs.delete(digest);
        }
        throw e;
      }
      overlays.written(repository);
    }
  }

  /**
   * Takes a blob out of a repository, and removes it when no repository has it any more. Readers
   * that have it open go on; manifests may still refer to it.
   *
   * @return whether the repository had it
   */
  public boolean deleteBlob(RepositoryKey repository, Digest digest) throws IOException {
    try (var _ = locks.lock(digest)) {
      boolean unlinked = catalog.unlinkBlob(repository, digest);
      if (unlinked && !catalog.isBlobLinked(digest)) {
        blobs.delete(digest);
      }
      return unlinked;
    }
  }

  /**
   * Adds a manifest to a repository, and moves a tag to it, whether or not what it refers to is
   * there: a mirrored repository fetches that when it is asked for.
   */
  public void putManifest(
      RepositoryKey repository,
      StoredManifest manifest,
      Optional<Manifest> parsed,
      Optional<Tag> tag) {
    catalog.putManifest(repository, manifest, parsed, tag);
    overlays.written(repository);
  }

  /**
   * Adds a manifest to a repository, and moves a tag to it, if what it refers to is there; see
   * {@link Catalog#putCompleteManifest}.
   *
   * @return what isn't there; nothing was changed unless this is empty
   */
  public List<Digest> putCompleteManifest(
      RepositoryKey repository, StoredManifest manifest, Manifest parsed, Optional<Tag> tag) {
    List<Digest> missing = catalog.putCompleteManifest(repository, manifest, parsed, tag);
    if (missing.isEmpty()) {
      overlays.written(repository);
    }
    return missing;
  }

  /**
   * The blobs that no repository has: what a crash may leave, and for a moment what is being
   * committed.
   */
  List<Digest> orphans() throws IOException {
    List<Digest> orphans = new ArrayList<>();
    blobs.forEach(some -> orphans.addAll(catalog.unlinkedBlobs(some)));
    return orphans;
  }

  /** Removes the blobs that no repository has, and says how many that were. */
  public long sweep() throws IOException {
    long swept = 0;
    for (Digest digest : orphans()) {
      try (var _ = locks.lock(digest)) {
        if (!catalog.isBlobLinked(digest)) {
          blobs.delete(digest);
          swept++;
        }
      }
    }
    return swept;
  }
}
