package dev.larder.transfer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Bytes that a source has, not verified.
 *
 * @param size how many the source says they are
 * @param file the file whose whole content they are, if there is one
 * @param opening how they are read
 */
public record Content(long size, Optional<Path> file, Opening opening) {

  /** Begins to read them; whoever opens them closes them. */
  @FunctionalInterface
  public interface Opening {
    InputStream open() throws IOException;
  }

  /** The content of a file; empty if there is no such file, or it is no regular one. */
  static Optional<Content> of(Path file) throws IOException {
    return Files.isRegularFile(file)
        ? Optional.of(
            new Content(Files.size(file), Optional.of(file), () -> Files.newInputStream(file)))
        : Optional.empty();
  }

  /** Bytes that are in memory. */
  static Content of(byte[] bytes) {
    return new Content(bytes.length, Optional.empty(), () -> new ByteArrayInputStream(bytes));
  }

  /**
   * All bytes.
   *
   * @throws IOException also if they are more than {@code limit}
   */
  byte[] read(int limit) throws IOException {
    try (InputStream in = opening.open()) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new IOException("it has more than %d bytes".formatted(limit));
      }
      return bytes;
    }
  }
}
