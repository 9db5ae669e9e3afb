package dev.larder.store.file;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Changes of names in the file system that survive a loss of power once they return: a name is
 * durable only when the folder that holds it has been synced.
 */
final class DurableFiles {
  private DurableFiles() {}

  /** Makes {@code folder}, and those above it, where they are missing. */
  static void createFolders(Path folder) throws IOException {
    Path absolute = folder.toAbsolutePath();
    Path parent = absolute.getParent();
    if (parent != null && !Files.isDirectory(absolute)) {
      createFolders(parent);
      createFolder(absolute);
    }
  }

  /**
   * Makes {@code folder} where it is missing; the one above it must be there. Its name is durable
   * in either case, since whoever made it may not have come as far as that.
   */
  static void createFolder(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
    syncFolder(folder.resolveSibling(""));
  }

  /**
   * Gives a file, whose content is synced already, another name in the same file system, in one
   * step. If it fails after that step, the file is at neither name.
   */
  static void move(Path from, Path to) throws IOException {
    Files.move(from, to, ATOMIC_MOVE);
    try {
      syncFolder(to.resolveSibling(""));
    } catch (IOException e) {
      try {
        Files.deleteIfExists(to);
      } catch (IOException f) {
        e.addSuppressed(f);
      }
      throw e;
    }
  }

  /** Makes the names in {@code folder} durable. */
  static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }
}
