package dev.larder.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The bytes of a blob as they come from an upstream. Not verified.
 *
 * @param body the bytes from {@code offset} on; reading throws {@link IOException} if the
 *     connection breaks or stalls
 * @param offset where in the blob {@code body} begins: what was asked for, or 0 where the upstream
 *     doesn't do ranges or has other bytes now
 * @param length of the whole blob, where the upstream says so
 * @param etag names this representation, for going on with it later
 * @param location where the registry sent us for it, if it doesn't send it itself
 */
public record BlobStream(
    InputStream body,
    long offset,
    OptionalLong length,
    Optional<String> etag,
    Optional<BlobLocation> location)
    implements Closeable {

  /** The same with other bytes. */
  BlobStream withBody(InputStream other) {
    return new BlobStream(other, offset, length, etag, location);
  }

  /** Ends it; an unread rest costs the connection. */
  @Override
  public void close() throws IOException {
    body.close();
  }
}
