package dev.larder.transfer;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Files by their names, in a folder or in an archive. */
sealed interface Tree extends Closeable permits Tree.Folder, TarArchive {

  /** Where it is, for the user. */
  Path place();

  /**
   * The file of that name; empty if there is none.
   *
   * @param name relative, with slashes; it never leads out of the tree
   */
  Optional<Content> file(String name) throws IOException;

  /** A folder of the file system. */
  record Folder(Path place) implements Tree {
    @Override
    public Optional<Content> file(String name) throws IOException {
      Path root = place.normalize();
      Path file = root.resolve(name).normalize();
      return file.startsWith(root) ? Content.of(file) : Optional.empty();
    }

    @Override
    public void close() {
      // Nothing stays open.
    }
  }
}
