package dev.larder.store;

/** How many bytes mirrored content may have. */
public sealed interface CacheSize {

  /** That many. */
  record Bytes(long bytes) implements CacheSize {
    /**
     * @throws IllegalArgumentException if they are negative
     */
    public Bytes {
      if (bytes < 0) {
        throw new IllegalArgumentException("a size can't be negative: " + bytes);
      }
    }
  }

  /** A share of the disk, whatever else is on it. */
  record Share(int percent) implements CacheSize {
    /**
     * @throws IllegalArgumentException if it isn't one from 0 to 100
     */
    public Share {
      if (percent < 0 || percent > 100) {
        throw new IllegalArgumentException("a share is from 0 to 100 %: " + percent);
      }
    }
  }

  /** As many as it leaves free, so that it gives way to whatever else fills the disk. */
  record HalfOfRoom() implements CacheSize {}

  /**
   * How many bytes that is now.
   *
   * @param cached how many bytes there are
   */
  default long capacity(long cached, Disk disk) {
    return switch (this) {
      case Bytes(long bytes) -> bytes;
      case Share(int percent) -> disk.total() / 100 * percent;
      case HalfOfRoom() -> (cached + disk.free()) / 2;
    };
  }
}
