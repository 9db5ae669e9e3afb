package dev.larder.transfer;

import dev.larder.store.Blob;
import dev.larder.store.IncomingBlob;
import dev.larder.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/**
 * The files of a tar archive, read where they lie in it. An archive that is compressed with gzip is
 * unpacked first, since it can't be read at any place. For one thread.
 */
final class TarArchive implements Tree {
  private static final int CHUNK = 256 << 10;
  private static final int MAX_LINKS = 8;

  /** Ends what the archive is read from. */
  @FunctionalInterface
  private interface Release {
    void run() throws IOException;
  }

  private final Path place;
  private final TarFile tar;
  private final Release release;
  private final Map<String, TarArchiveEntry> entries = new HashMap<>();

  private TarArchive(Path place, SeekableByteChannel channel, Release release) throws IOException {
    this.place = place;
    this.release = release;
    this.tar = new TarFile(channel);
    for (TarArchiveEntry entry : tar.getEntries()) {
      entries.put(normal(entry.getName()), entry);
    }
  }

  /**
   * Opens an archive.
   *
   * @param store holds an unpacked one for a while, as a blob that is never committed
   * @param unpacked is told how many more bytes have been unpacked
   * @throws IOException if it can't be read, or isn't one
   */
  static TarArchive open(Path file, Store store, LongConsumer unpacked) throws IOException {
    if (!isGzip(Content.of(file).orElseThrow())) {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      return open(file, channel, channel::close);
    }
    IncomingBlob whole = store.create();
    try {
      unpack(file, store, whole, unpacked);
      Blob bytes = whole.read();
      return open(
          file,
          bytes.content(),
          () -> {
            try (whole) {
              bytes.close();
            }
          });
    } catch (IOException | RuntimeException e) {
      whole.close();
      throw e;
    }
  }

  private static TarArchive open(Path file, SeekableByteChannel channel, Release release)
      throws IOException {
    try {
      return new TarArchive(file, channel, release);
    } catch (IOException | RuntimeException e) {
      release.run();
      throw e;
    }
  }

  private static void unpack(Path file, Store store, IncomingBlob whole, LongConsumer unpacked)
      throws IOException {
    byte[] chunk = new byte[CHUNK];
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file), CHUNK)) {
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        store.append(whole, ByteBuffer.wrap(chunk, 0, count));
        unpacked.accept(count);
      }
    }
  }

  /** Whether content begins as a gzip stream does. */
  static boolean isGzip(Content content) throws IOException {
    try (InputStream in = content.opening().open()) {
      return in.read() == 0x1f && in.read() == 0x8b;
    }
  }

  @Override
  public Path place() {
    return place;
  }

  @Override
  public Optional<Content> file(String name) {
    String wanted = normal(name);
    for (int links = 0; links < MAX_LINKS; links++) {
      TarArchiveEntry entry = entries.get(wanted);
      if (entry == null) {
        return Optional.empty();
      }
      if (entry.isSymbolicLink()) {
        wanted = normal(Path.of("/", wanted).resolveSibling(entry.getLinkName()).toString());
      } else if (entry.isLink()) {
        wanted = normal(entry.getLinkName());
      } else {
        return entry.isFile()
            ? Optional.of(
                new Content(entry.getSize(), Optional.empty(), () -> tar.getInputStream(entry)))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** A name without what doesn't change its meaning inside of the archive. */
  private static String normal(String name) {
    return Path.of("/", name).normalize().toString().substring(1);
  }

  @Override
  public void close() throws IOException {
    try {
      tar.close();
    } finally {
      release.run();
    }
  }
}
