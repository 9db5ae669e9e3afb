package dev.larder.mirror;

import dev.larder.mirror.MirroredBlob.Sink;
import dev.larder.store.Blob;
import dev.larder.upstream.Answer;
import dev.larder.upstream.BlobStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Brings bytes of a blob for which there is no room from its upstream to one client, and keeps
 * none. What goes up to the blob's end is verified: its last bytes are held back until all match
 * the digest. A part that ends earlier isn't, as with a fetch.
 *
 * <p>If the upstream breaks off, so does this: a client that asks for the rest gets it.
 */
final class Passage {
  private static final int BUFFER = 256 << 10;

  private final BlobFetch fetch;
  private final long size;

  /**
   * @param fetch which couldn't go on
   * @param size how many bytes the blob has
   */
  Passage(BlobFetch fetch, long size) {
    this.fetch = fetch;
    this.size = size;
  }

  /**
   * Writes the bytes from {@code position} to {@code end}.
   *
   * @param file has the blob's first bytes, as far as the fetch came, if the client has got any
   * @throws IOException if the upstream doesn't give them, or they are wrong: then the last ones
   *     haven't been written; or if {@code sink} throws it
   */
  void write(long position, long end, Optional<Blob> file, Sink sink) throws IOException {
    if (end < size) {
      copy(position, end, (bytes, _) -> sink.write(bytes));
      return;
    }
    MessageDigest hash = fetch.digest().algorithm().newHash();
    long from = file.isEmpty() ? 0 : Math.min(position, fetch.progress().written());
    if (file.isPresent()) {
      hash(hash, file.get(), from);
    }
    long held = Math.max(position, size - Progress.HELD_BACK);
    ByteBuffer tail = ByteBuffer.allocate((int) (size - held));
    copy(
        from,
        size,
        (bytes, at) -> {
          hash.update(bytes.duplicate());
          give(bytes, at, position, held, (piece, _) -> sink.write(piece));
          give(bytes, at, held, size, (piece, _) -> tail.put(piece));
        });
    if (!fetch.digest().algorithm().digest(hash).equals(fetch.digest())) {
      throw new IOException(
          fetch
              .source()
              .failure("the upstream sent other bytes for " + fetch.source().blob(fetch.digest()))
              .message());
    }
    sink.write(tail.flip());
  }

  /** Takes bytes that stand at a place of the blob. */
  private interface Taker {
    void take(ByteBuffer bytes, long at) throws IOException;
  }

  /** Gives those of the bytes to {@code taker} that stand between two places. */
  private static void give(ByteBuffer bytes, long at, long from, long to, Taker taker)
      throws IOException {
    int begin = Math.clamp(from - at, 0, bytes.remaining());
    int end = Math.clamp(to - at, 0, bytes.remaining());
    if (begin < end) {
      taker.take(bytes.slice(begin, end - begin), at + begin);
    }
  }

  private static void hash(MessageDigest hash, Blob file, long length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, length));
    for (long at = 0; at < length; at += buffer.remaining()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), length - at));
      if (file.content().read(buffer, at) < 0) {
        throw new IOException("the file of a blob has become shorter than it was");
      }
      hash.update(buffer.flip().duplicate());
    }
  }

  private void copy(long from, long end, Taker taker) throws IOException {
    Answer<BlobStream> answer =
        fetch
            .source()
            .registry()
            .blob(fetch.source().name(), fetch.digest(), from, Optional.empty());
    if (!(answer instanceof Answer.Found<BlobStream>(BlobStream came))) {
      throw new IOException(fetch.source().<Blob>answer(answer).message());
    }
    try (came) {
      came.body().skipNBytes(from - came.offset());
      byte[] buffer = new byte[BUFFER];
      long at = from;
      while (at < end) {
        int count = came.body().read(buffer, 0, (int) Math.min(BUFFER, end - at));
        if (count < 0) {
          throw new IOException("the upstream ended " + fetch.source().blob(fetch.digest()));
        }
        taker.take(ByteBuffer.wrap(buffer, 0, count), at);
        at += count;
      }
    }
  }
}
