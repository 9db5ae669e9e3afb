package dev.larder.registry;

import dev.larder.store.IncomingBlob;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A blob on its way in. One request at a time writes to it: whoever {@linkplain #claim claims} it,
 * until they {@linkplain #release let go}.
 */
final class Upload {
  private static final int BUFFER_SIZE = 64 << 10;

  private enum State {
    RESTING,
    CLAIMED,
    ENDED
  }

  private final String id;
  private final RepositoryKey repository;
  private final IncomingBlob blob;
  private final AtomicReference<State> state = new AtomicReference<>(State.RESTING);
  private volatile Instant lastUse;

  Upload(String id, RepositoryKey repository, IncomingBlob blob, Instant begun) {
    this.id = id;
    this.repository = repository;
    this.blob = blob;
    this.lastUse = begun;
  }

  String id() {
    return id;
  }

  RepositoryKey repository() {
    return repository;
  }

  /** When a request last wrote to it, or it began. */
  Instant lastUse() {
    return lastUse;
  }

  /** How many bytes have come. */
  long size() {
    return blob.size();
  }

  /** Takes it for this request alone; false if another one has it. */
  boolean claim() {
    return state.compareAndSet(State.RESTING, State.CLAIMED);
  }

  /** Lets other requests have it, unless it has ended. */
  void release(Instant now) {
    lastUse = now;
    state.compareAndSet(State.CLAIMED, State.RESTING);
  }

  /** Drops what was written, unless that was committed. Nobody can claim it any more. */
  void end() throws IOException {
    state.set(State.ENDED);
    blob.discard();
  }

  /** What was written, to be committed by whoever has claimed it. */
  IncomingBlob blob() {
    return blob;
  }

  /**
   * Appends what comes, as it comes: if the client breaks off, what has come until then is there.
   *
   * @param store where it is to be
   * @param limit how many bytes may come
   * @return whether that was all that came
   */
  boolean append(Store store, InputStream body, long limit) throws IOException {
    byte[] buffer = new byte[BUFFER_SIZE];
    long left = limit;
    int read;
    while ((read = body.read(buffer)) >= 0) {
      int taken = (int) Math.min(read, left);
      store.append(blob, ByteBuffer.wrap(buffer, 0, taken));
      left -= taken;
      if (taken < read) {
        return false;
      }
    }
    return true;
  }
}
