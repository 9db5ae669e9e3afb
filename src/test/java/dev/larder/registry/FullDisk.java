package dev.larder.registry;

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
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** A blob store on a disk that has no room for another byte. */
record FullDisk(BlobStore blobs) implements BlobStore {

  @Override
  public Optional<Blob> open(Digest digest) throws IOException {
    return blobs.open(digest);
  }

  @Override
  public OptionalLong size(Digest digest) throws IOException {
    return blobs.size(digest);
  }

  @Override
  public IncomingBlob create() throws IOException {
    return new Incoming(blobs.create());
  }

  @Override
  public IncomingBlob resume(Digest digest) throws IOException {
    return new Incoming(blobs.resume(digest));
  }

  @Override
  public Adoption adopt(Path file, Digest digest, LongConsumer hashed) throws IOException {
    return blobs.adopt(file, digest, hashed);
  }

  @Override
  public void delete(Digest digest) throws IOException {
    blobs.delete(digest);
  }

  @Override
  public void quarantine(Digest digest) throws IOException {
    blobs.quarantine(digest);
  }

  @Override
  public void quarantine(Digest digest, byte[] content) throws IOException {
    blobs.quarantine(digest, content);
  }

  @Override
  public long dropPartial(Instant time) throws IOException {
    return blobs.dropPartial(time);
  }

  @Override
  public void forEach(Consumer<Digest> action) throws IOException {
    blobs.forEach(action);
  }

  private record Incoming(IncomingBlob blob) implements IncomingBlob {

    @Override
    public long size() {
      return blob.size();
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      throw new IOException("No space left on device");
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
      blob.close();
    }

    @Override
    public void discard() throws IOException {
      blob.discard();
    }
  }
}
