package dev.larder.mirror;

import dev.larder.store.Blob;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/** A reader of a blob that is being fetched. For one thread. */
final class Follower implements MirroredBlob.Arriving {
  private final BlobFetch fetch;
  private final long size;
  private Optional<Blob> file = Optional.empty();

  /**
   * @param size how many bytes the blob will have
   */
  Follower(BlobFetch fetch, long size) {
    this.fetch = fetch;
    this.size = size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void writeTo(long offset, long length, Sink sink) throws IOException {
    Objects.checkFromIndexSize(offset, length, size);
    long position = offset;
    long end = offset + length;
    while (position < end) {
      OptionalLong mark = fetch.progress().awaitBeyond(position);
      if (mark.isEmpty()) {
        new Passage(fetch, size).write(position, end, file, sink);
        return;
      }
      if (!open()) {
        continue;
      }
      long readable = Math.min(mark.getAsLong(), end);
      sink.write(file.orElseThrow().content(), position, readable - position);
      position = readable;
    }
    if (end == size) {
      awaitWhole(); // a blob without bytes has none to hold back until it is verified
    }
  }

  @Override
  public void awaitWhole() throws IOException {
    if (fetch.progress().awaitBeyond(size).isEmpty()) {
      throw new IOException(fetch.source().blob(fetch.digest()) + " isn't kept");
    }
  }

  /** Opens what has come; false if that has been let go of, for want of room, before. */
  private boolean open() throws IOException {
    if (file.isEmpty()) {
      try {
        file = Optional.of(fetch.open());
      } catch (IOException e) {
        if (fetch.progress().state() instanceof Progress.State.Unkept) {
          return false;
        }
        throw e;
      }
    }
    return true;
  }

  @Override
  public void close() {
    file.ifPresent(Blob::close);
  }
}
