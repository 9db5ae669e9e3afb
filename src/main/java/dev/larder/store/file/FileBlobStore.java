package dev.larder.store.file;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.larder.oci.Digest;
import dev.larder.oci.Digest.Algorithm;
import dev.larder.store.Adoption;
import dev.larder.store.Blob;
import dev.larder.store.BlobStore;
import dev.larder.store.IncomingBlob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Blobs as files under one folder:
 *
 * <pre>
 * blobs/sha256/6c/6c3c62…   whole, verified, durable; never written to again
 * blobs/sha512/0a/0a51d8…
 * incoming/17               on its way in, digest not known yet, or a file's second name; swept at
 * the opening
 * partial/sha256-6c3c62…    on its way in, digest known; kept to be taken up again
 * quarantine/sha256-6c3c62…  has had wrong bytes; for people to look at and delete
 * </pre>
 *
 * <p>A blob's bytes are written and hashed in {@code incoming} or {@code partial}, compared with
 * the digest, synced, renamed into {@code blobs}, and that folder is synced; only then does {@link
 * IncomingBlob#commit} return. So a name in {@code blobs} has never named anything but whole and
 * right bytes, whenever the power goes.
 *
 * <p>A blob that is deleted may be back after a loss of power: what isn't linked is swept ({@link
 * dev.larder.store.Store#sweep}).
 *
 * <p>Only one process, and one of these in it, may use the folder at a time: see {@link StoreLock}.
 * Reading and writing hold no lock that is common to two blobs.
 */
public final class FileBlobStore implements BlobStore {
  /** How many blobs on their way in have memory for {@link RunningHash}: 16 MB together. */
  private static final int HASHED_BESIDE = 32;

  private final Path blobs;
  private final Path incoming;
  private final Path partial;
  private final Path quarantine;
  private final RoomCheck check;
  private final Semaphore hashing = new Semaphore(HASHED_BESIDE);
  private final AtomicLong created = new AtomicLong();

  /** The blobs on their way in whose digest is known. */
  private final ConcurrentHashMap<Digest, Path> resumed = new ConcurrentHashMap<>();

  /** The folders of blobs whose own names are known to be durable. */
  private final Set<Path> shards = ConcurrentHashMap.newKeySet();

  /** Is asked before bytes are written. */
  @FunctionalInterface
  public interface RoomCheck {
    /**
     * Returns if there is room for blobs.
     *
     * @throws IOException if there is none
     */
    void require() throws IOException;
  }

  /** Opens the store in {@code folder}, where blobs may have all the room there is. */
  public FileBlobStore(Path folder) throws IOException {
    this(folder, () -> {});
  }

  /**
   * Opens the store in {@code folder}, which is made if it isn't there. What an earlier run left in
   * {@code incoming} is dropped, and so are partial blobs that have become whole in another way.
   */
  public FileBlobStore(Path folder, RoomCheck check) throws IOException {
    this.blobs = folder.resolve("blobs");
    this.incoming = folder.resolve("incoming");
    this.partial = folder.resolve("partial");
    this.quarantine = folder.resolve("quarantine");
    DurableFiles.createFolders(folder);
    this.check = check;
    DurableFiles.createFolder(incoming);
    DurableFiles.createFolder(partial);
    DurableFiles.createFolder(blobs);
    for (Algorithm algorithm : Algorithm.values()) {
      DurableFiles.createFolder(blobs.resolve(algorithm.prefix()));
    }
    sweepIncoming();
    sweepPartial();
  }

  private void sweepIncoming() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(incoming)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  private void sweepPartial() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(partial)) {
      for (Path file : files) {
        Optional<Digest> digest = Digest.parse(name(file).replace('-', ':'));
        if (digest.isPresent() && Files.exists(path(digest.get()))) {
          Files.delete(file);
        }
      }
    }
  }

  void requireRoom() throws IOException {
    check.require();
  }

  /** As in {@link RunningHash}. */
  Semaphore hashing() {
    return hashing;
  }

  @Override
  public Optional<Blob> open(Digest digest) throws IOException {
    FileChannel content;
    try {
      content = FileChannel.open(path(digest), READ);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Blob(content, content.size()));
    } catch (IOException e) {
      content.close();
      throw e;
    }
  }

  @Override
  public OptionalLong size(Digest digest) throws IOException {
    try {
      return OptionalLong.of(Files.size(path(digest)));
    } catch (NoSuchFileException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>It is hashed with SHA-256 as it is written; where it is committed under a digest of another
   * algorithm, which is rare, it is read again for that.
   */
  @Override
  public IncomingBlob create() throws IOException {
    Path file = incoming.resolve(Long.toString(created.incrementAndGet()));
    FileChannel channel = FileChannel.open(file, CREATE_NEW, READ, WRITE);
    return new IncomingFile(this, file, channel, Algorithm.SHA256, false, _ -> {}, () -> {});
  }

  /**
   * {@inheritDoc}
   *
   * <p>What is there already is read once, to go on with its hash. It was never synced: after a
   * loss of power it may be wrong, which the commit finds out.
   *
   * @throws IllegalStateException if that blob is on its way in already
   */
  @Override
  public IncomingBlob resume(Digest digest) throws IOException {
    Path file = partial.resolve(flatName(digest));
    if (resumed.putIfAbsent(digest, file) != null) {
      throw new IllegalStateException(digest + " is on its way in already");
    }
    Runnable release = () -> resumed.remove(digest);
    try {
      FileChannel channel = FileChannel.open(file, CREATE, READ, WRITE);
      return new IncomingFile(this, file, channel, digest.algorithm(), true, _ -> {}, release);
    } catch (IOException | RuntimeException e) {
      release.run();
      throw e;
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>The second name is a hard link. The bytes are read through that name, so that they are those
   * which are committed whatever the first name means meanwhile.
   */
  @Override
  public Adoption adopt(Path file, Digest digest, LongConsumer hashed) throws IOException {
    // A hard link to a symbolic link would be a symbolic link.
    Path real = file.toRealPath();
    Path link = incoming.resolve(Long.toString(created.incrementAndGet()));
    try {
      Files.createLink(link, real);
    } catch (FileSystemException e) {
      return new Adoption.Refused(
          Optional.ofNullable(e.getReason()).orElseGet(() -> e.getClass().getSimpleName()));
    }
    try {
      FileChannel channel = FileChannel.open(link, READ, NOFOLLOW_LINKS);
      return new Adoption.Linked(
          new IncomingFile(this, link, channel, digest.algorithm(), false, hashed, () -> {}));
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(link);
      throw e;
    }
  }

  @Override
  public void delete(Digest digest) throws IOException {
    Files.deleteIfExists(path(digest));
  }

  @Override
  public void quarantine(Digest digest) throws IOException {
    DurableFiles.createFolder(quarantine);
    Files.move(path(digest), quarantine.resolve(flatName(digest)), REPLACE_EXISTING);
  }

  @Override
  public void quarantine(Digest digest, byte[] content) throws IOException {
    DurableFiles.createFolder(quarantine);
    Files.write(quarantine.resolve(flatName(digest)), content);
  }

  @Override
  public long dropPartial(Instant time) throws IOException {
    long dropped = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(partial)) {
      for (Path file : files) {
        Optional<Digest> digest = Digest.parse(name(file).replace('-', ':'));
        if (digest.isPresent() && dropPartial(digest.get(), file, time)) {
          dropped++;
        }
      }
    }
    return dropped;
  }

  /** Nobody can begin to write to it meanwhile. */
  private boolean dropPartial(Digest digest, Path file, Instant time) throws IOException {
    AtomicBoolean dropped = new AtomicBoolean();
    try {
      resumed.computeIfAbsent(
          digest,
          _ -> {
            try {
              if (Files.getLastModifiedTime(file).toInstant().isBefore(time)) {
                Files.delete(file);
                dropped.set(true);
              }
            } catch (NoSuchFileException e) {
              return null; // it has become a blob
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            return null;
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return dropped.get();
  }

  @Override
  public void forEach(Visitor visitor) throws IOException {
    for (Algorithm algorithm : Algorithm.values()) {
      try (DirectoryStream<Path> shards =
          Files.newDirectoryStream(blobs.resolve(algorithm.prefix()), Files::isDirectory)) {
        for (Path shard : shards) {
          visitor.visit(digests(algorithm, shard));
        }
      }
    }
  }

  private static List<Digest> digests(Algorithm algorithm, Path shard) throws IOException {
    List<Digest> digests = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(shard)) {
      for (Path file : files) {
        Digest.parse(algorithm.prefix() + ":" + name(file)).ifPresent(digests::add);
      }
    }
    return digests;
  }

  /** Where a blob belongs, in a folder that is there and durable. */
  Path place(Digest digest) throws IOException {
    Path shard = shard(digest);
    if (!shards.contains(shard)) {
      DurableFiles.createFolder(shard);
      shards.add(shard);
    }
    return shard.resolve(digest.hex());
  }

  private Path path(Digest digest) {
    return shard(digest).resolve(digest.hex());
  }

  private Path shard(Digest digest) {
    return blobs.resolve(digest.algorithm().prefix()).resolve(digest.hex().substring(0, 2));
  }

  private static String flatName(Digest digest) {
    return digest.toString().replace(':', '-');
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
