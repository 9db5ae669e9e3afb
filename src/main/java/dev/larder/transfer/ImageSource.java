package dev.larder.transfer;

import dev.larder.oci.Digest;
import dev.larder.store.RepositoryKey;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Where images can be imported from; {@link Sources#open} finds out what it is. */
public sealed interface ImageSource extends Closeable
    permits RegistryTwoFolder, ImageLayout, DockerArchive {

  /** What it is, as people call it. */
  String kind();

  /**
   * The repositories that it holds, in the order of their names: hosted ones, unless it says of
   * which registry an image is.
   */
  List<RepositoryKey> repositories() throws IOException;

  /** What a repository has; nothing if it isn't there. */
  Listing list(RepositoryKey repository) throws IOException;

  /** The bytes that stand for a manifest of the repository. */
  Optional<Content> manifest(RepositoryKey repository, Digest digest) throws IOException;

  /** The bytes that stand for a blob of the repository. */
  Optional<Content> blob(RepositoryKey repository, Digest digest) throws IOException;
}
