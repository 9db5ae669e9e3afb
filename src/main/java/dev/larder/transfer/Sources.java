package dev.larder.transfer;

import dev.larder.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds out, from what is in a folder or file, what images can be imported from it. */
public final class Sources {
  private static final String KNOWN =
      "the folder of a registry:2, an OCI image layout, or an archive of docker save";

  private Sources() {}

  /**
   * Opens what is at {@code place}.
   *
   * @param given what an image without a name of its own is called
   * @param naming where the images of a layout belong that have names
   * @param store holds what has to be unpacked until the source is closed
   * @throws InvalidSourceException if it is nothing that can be imported
   */
  public static ImageSource open(
      Path place, Optional<ImageName> given, Naming naming, Store store, ImportProgress progress)
      throws IOException, InvalidSourceException {
    if (Files.isDirectory(place)) {
      Optional<RegistryTwoFolder> registry = RegistryTwoFolder.find(place);
      if (registry.isPresent()) {
        return registry.get();
      }
      return archive(new Tree.Folder(place), given, naming);
    }
    if (!Files.isRegularFile(place)) {
      throw new InvalidSourceException("there is no file or folder %s".formatted(place));
    }
    Tree tree = tar(place, store, progress);
    try {
      return archive(tree, given, naming);
    } catch (IOException | InvalidSourceException | RuntimeException e) {
      tree.close();
      throw e;
    }
  }

  private static Tree tar(Path place, Store store, ImportProgress progress)
      throws IOException, InvalidSourceException {
    Unpacking unpacking = new Unpacking(progress);
    try {
      return TarArchive.open(place, store, unpacking::more);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidSourceException(
          "%s can't be read as a tar archive: %s".formatted(place, e.getMessage()));
    }
  }

  private static ImageSource archive(Tree tree, Optional<ImageName> given, Naming naming)
      throws IOException, InvalidSourceException {
    if (ImageLayout.isIn(tree)) {
      return ImageLayout.open(tree, given, naming);
    }
    if (tree instanceof TarArchive && tree.file(DockerArchive.INDEX).isPresent()) {
      return DockerArchive.open(tree, given);
    }
    throw new InvalidSourceException("%s is not %s".formatted(tree.place(), KNOWN));
  }

  /** Counts what has been unpacked. */
  private static final class Unpacking {
    private final ImportProgress progress;
    private long bytes;

    Unpacking(ImportProgress progress) {
      this.progress = progress;
    }

    void more(long count) {
      bytes += count;
      progress.report("unpacking", bytes, 0);
    }
  }
}
