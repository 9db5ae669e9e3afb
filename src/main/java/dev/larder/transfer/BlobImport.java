package dev.larder.transfer;

import dev.larder.oci.Digest;
import dev.larder.store.Adoption;
import dev.larder.store.DigestMismatchException;
import dev.larder.store.IncomingBlob;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Brings blobs from a source into the store, or counts what that would be. For one thread. */
final class BlobImport {
  private static final int CHUNK = 256 << 10;

  private final Store store;
  private final Tally tally;
  private final ImportProgress progress;
  private final boolean survey;
  private final long total;
  private long done;

  /**
   * What the source was seen to have: another repository of it may have them without another look.
   * That a blob is in the store for somebody else's sake is not enough, since a source that only
   * names it would get to its bytes.
   */
  private final Set<Digest> verified = new HashSet<>();

  private final Set<Digest> refused = new HashSet<>();

  private BlobImport(
      Store store, Tally tally, ImportProgress progress, boolean survey, long total) {
    this.store = store;
    this.tally = tally;
    this.progress = progress;
    this.survey = survey;
    this.total = total;
  }

  /** One that reads no blob, and counts those that would be read. */
  static BlobImport survey(Store store, Tally tally, ImportProgress progress) {
    return new BlobImport(store, tally, progress, true, 0);
  }

  /**
   * One that does it.
   *
   * @param total how many bytes there are to read
   */
  static BlobImport real(Store store, Tally tally, ImportProgress progress, long total) {
    return new BlobImport(store, tally, progress, false, total);
  }

  /** Whether nothing is to be changed. */
  boolean isSurvey() {
    return survey;
  }

  /**
   * Brings a blob, unless the repository has it.
   *
   * @return whether the repository has it now; that it is corrupt has been reported
   * @throws IOException if the store can't be written
   */
  boolean bring(ImageSource source, RepositoryKey from, RepositoryKey to, Digest digest)
      throws IOException {
    if (refused.contains(digest)) {
      return false;
    }
    OptionalLong present = store.blobSize(to, digest);
    if (present.isPresent()) {
      tally.there = tally.there.plus(present.getAsLong());
      return true;
    }
    Optional<Content> content = source.blob(from, digest);
    if (content.isEmpty()) {
      return false;
    }
    if (verified.contains(digest) && (survey || store.link(to, digest))) {
      tally.there = tally.there.plus(content.get().size());
      return true;
    }
    if (survey) {
      progress.report("looking", 0, 0);
      tally.toRead = tally.toRead.plus(content.get().size());
    } else {
      try {
        take(content.get(), to, digest);
      } catch (DigestMismatchException e) {
        refuse(from, digest, "is corrupt: " + e.getMessage());
        return false;
      } catch (UnreadableException e) {
        refuse(from, digest, "can't be read: " + e.getMessage());
        return false;
      }
    }
    verified.add(digest);
    return true;
  }

  private void refuse(RepositoryKey from, Digest digest, String why) {
    refused.add(digest);
    tally.fail(from + "@" + digest, "the blob " + why);
  }

  private void take(Content content, RepositoryKey to, Digest digest)
      throws IOException, DigestMismatchException {
    if (content.file().isPresent()) {
      switch (adopt(content.file().get(), to, digest)) {
        case Adoption.Linked(IncomingBlob blob) -> {
          try (blob) {
            store.commit(to, blob, digest);
            tally.linked = tally.linked.plus(blob.size());
          }
          return;
        }
        case Adoption.Refused(String reason) -> tally.notLinked = Optional.of(reason);
      }
    }
    try (IncomingBlob blob = store.create()) {
      copy(content, to, blob);
      store.commit(to, blob, digest);
      tally.copied = tally.copied.plus(blob.size());
    }
  }

  private Adoption adopt(Path file, RepositoryKey to, Digest digest) throws UnreadableException {
    try {
      return store.adopt(file, digest, count -> read(to, count));
    } catch (IOException e) {
      throw new UnreadableException(e);
    }
  }

  private void copy(Content content, RepositoryKey to, IncomingBlob blob) throws IOException {
    byte[] chunk = new byte[CHUNK];
    try (InputStream in = open(content)) {
      for (int count = read(in, chunk); count >= 0; count = read(in, chunk)) {
        store.append(blob, ByteBuffer.wrap(chunk, 0, count));
        read(to, count);
      }
    }
  }

  private static InputStream open(Content content) throws UnreadableException {
    try {
      return content.opening().open();
    } catch (IOException e) {
      throw new UnreadableException(e);
    }
  }

  private static int read(InputStream in, byte[] chunk) throws UnreadableException {
    try {
      return in.read(chunk);
    } catch (IOException e) {
      throw new UnreadableException(e);
    }
  }

  private void read(RepositoryKey to, long count) {
    done += count;
    progress.report("importing " + to, done, total);
  }

  /** The source couldn't be read, as opposed to a store that can't be written. */
  private static final class UnreadableException extends IOException {
    private static final long serialVersionUID = 1L;

    UnreadableException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }
}
