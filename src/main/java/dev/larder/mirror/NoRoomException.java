package dev.larder.mirror;

import java.io.IOException;

/** A blob is larger than what the cache may still take. */
final class NoRoomException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param bytes how many it has
   */
  NoRoomException(long bytes) {
    super("the cache has no room for its %d bytes".formatted(bytes));
  }
}
