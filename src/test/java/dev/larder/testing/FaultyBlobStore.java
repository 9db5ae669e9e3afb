package dev.larder.testing;

import dev.larder.oci.Digest;
import dev.larder.store.Adoption;
import dev.larder.store.Blob;
import dev.larder.store.BlobStore;
import dev.larder.store.DigestMismatchException;
import dev.larder.store.IncomingBlob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/** A store whose disk can be full. */
public final class FaultyBlobStore implements BlobStore {
  private final BlobStore store;
  private volatile long room = Long.MAX_VALUE;

  public FaultyBlobStore(BlobStore store) {
    this.store = store;
  }

  /** A store on a disk that has no room for another byte. */
  public static FaultyBlobStore full(BlobStore store) {
    FaultyBlobStore full = new FaultyBlobStore(store);
    full.limit(0);
    return full;
  }

  /** From now on a blob on its way in may have that many bytes before the disk is full. */
  public void limit(long bytes) {
    room = bytes;
  }

  @Override
  public Optional<Blob> open(Digest digest) throws IOException {
    return store.open(digest);
  }

  @Override
  public OptionalLong size(Digest digest) throws IOException {
    return store.size(digest);
  }

  @Override
  public IncomingBlob create() throws IOException {
    return new Incoming(store.create());
  }

  @Override
  public IncomingBlob resume(Digest digest) throws IOException {
    return new Incoming(store.resume(digest));
  }

  @Override
  public Adoption adopt(Path file, Digest digest, LongConsumer hashed) throws IOException {
    return store.adopt(file, digest, hashed);
  }

  @Override
  public void delete(Digest digest) throws IOException {
    store.delete(digest);
  }

  @Override
  public void quarantine(Digest digest) throws IOException {
    store.quarantine(digest);
  }

  @Override
  public void quarantine(Digest digest, byte[] content) throws IOException {
    store.quarantine(digest, content);
  }

  @Override
  public long dropPartial(Instant time) throws IOException {
    return store.dropPartial(time);
  }

  @Override
  public void forEach(Visitor visitor) throws IOException {
    store.forEach(visitor);
  }

  private final class Incoming implements IncomingBlob {
    private final IncomingBlob blob;
    private boolean failed;

    Incoming(IncomingBlob blob) {
      this.blob = blob;
    }

    @Override
    public long size() {
      return blob.size();
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      if (blob.size() + bytes.remaining() > room) {
        failed = true;
        throw new IOException("No space left on device");
      }
      blob.append(bytes);
      failed = false;
    }

    @Override
    public void restart() throws IOException {
      blob.restart();
    }

    @Override
    public Blob read() throws IOException {
      return blob.read();
    }

    @Override
    public void commit(Digest digest) throws DigestMismatchException, IOException {
      blob.commit(digest);
    }

    @Override
    public void close() throws IOException {
      if (failed) {
        blob.discard();
      }
      blob.close();
    }

    @Override
    public void discard() throws IOException {
      blob.discard();
    }
  }
}
