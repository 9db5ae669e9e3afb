package dev.larder.cli;

import dev.larder.store.Disk;
import dev.larder.store.Housekeeping;
import dev.larder.store.Inventory;
import dev.larder.store.Statistics;
import dev.larder.store.Store;
import dev.larder.store.file.FileBlobStore;
import dev.larder.store.file.Reserve;
import dev.larder.store.file.StoreLock;
import dev.larder.store.sql.SqliteCatalog;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** The store in its folder, which is this process's alone until this is closed. */
final class DataFolder implements Closeable {
  private final Path path;
  private final StoreLock lock;
  private final SqliteCatalog catalog;
  private final Store store;

  private DataFolder(Path path, StoreLock lock, SqliteCatalog catalog, Store store) {
    this.path = path;
    this.lock = lock;
    this.catalog = catalog;
    this.store = store;
  }

  /**
   * Opens the folder, which is made if it isn't there, and removes what a crash may have left.
   *
   * @throws dev.larder.store.file.StoreLockedException if a process has it
   * @throws IOException if it can't be opened
   */
  static DataFolder open(Path folder, InstantSource clock) throws IOException {
    try {
      return openWritable(folder, clock);
    } catch (AccessDeniedException e) {
      throw new IOException(unwritable(folder), e);
    }
  }

  /** Most often a folder on the host that root has made, and a container that isn't root. */
  private static String unwritable(Path folder) throws IOException {
    Path there = folder.toAbsolutePath();
    for (Path parent = there.getParent();
        parent != null && Files.notExists(there);
        parent = parent.getParent()) {
      there = parent;
    }
    return "%s belongs to %s, and %s, as whom Larder runs, can't write to it: change its owner, or"
            .formatted(there, Files.getOwner(there).getName(), System.getProperty("user.name"))
        + " run Larder as its owner (in a container: docker run --user)";
  }

  private static DataFolder openWritable(Path folder, InstantSource clock) throws IOException {
    StoreLock lock = StoreLock.take(folder, clock);
    try {
      Reserve reserve = new Reserve(folder);
      unpackNativeCodeIn(folder.resolve("native"));
      SqliteCatalog catalog =
          new SqliteCatalog(folder.resolve("catalog.db"), clock, reserve::release);
      try {
        Store store = new Store(new FileBlobStore(folder, reserve::require), catalog);
        if (!lock.wasClosed()) {
          store.sweep();
        }
        return new DataFolder(folder, lock, catalog, store);
      } catch (IOException | RuntimeException e) {
        catalog.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * SQLite's native code is unpacked from its jar. In the system's folder for temporary files a
   * process that is killed would leave it behind for good.
   */
  private static void unpackNativeCodeIn(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder)) {
      for (Path leftover : leftovers) {
        Files.delete(leftover);
      }
    }
    System.setProperty("org.sqlite.tmpdir", folder.toString());
  }

  /** Where the Larder that serves {@code folder} listens for commands. */
  static Path controlSocket(Path folder) {
    return folder.resolve("larder.sock");
  }

  /** Where it is. */
  Path path() {
    return path;
  }

  /** How much room it has. */
  Disk disk() {
    try {
      FileStore files = Files.getFileStore(path);
      return new Disk(files.getTotalSpace(), files.getUsableSpace());
    } catch (IOException e) {
      throw new UncheckedIOException("the room in %s can't be seen".formatted(path), e);
    }
  }

  Store store() {
    return store;
  }

  /** Lists what is in the store. */
  Inventory inventory() {
    return catalog.inventory();
  }

  /** What was counted, beside the store. */
  Statistics statistics() {
    return catalog.statistics();
  }

  /**
   * What keeps the store from serving, as sentences: its folder can't be written to any more, or
   * the catalog can't be read. Whether there is room isn't asked.
   */
  Map<String, String> problems() {
    Map<String, String> problems = new HashMap<>();
    if (!Files.isWritable(path)) {
      problems.put("folder", "%s can't be written to".formatted(path));
    }
    try {
      catalog.lastDone(Housekeeping.COLLECTION);
    } catch (UncheckedIOException e) {
      problems.put("catalog", "the catalog can't be read: " + e.getMessage());
    }
    return problems;
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      catalog.close();
    }
  }
}
