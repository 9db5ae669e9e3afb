package dev.larder.transfer;

import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.InvalidManifestException;
import dev.larder.oci.Manifest;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.MediaType;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An image layout of the OCI, in a folder or in a tar archive; what {@code docker save} writes
 * since Docker 25 is one too.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md">OCI image
 *     specification, image layout</a>
 */
public final class ImageLayout implements ImageSource {
  static final String MARK = "oci-layout";
  static final String INDEX = "index.json";

  /** Docker's and containerd's word for the whole name. */
  private static final String FULL_NAME = "io.containerd.image.name";

  /** The specification's word, mostly for a tag, and with skopeo for whatever was typed. */
  private static final String REFERENCE = "org.opencontainers.image.ref.name";

  private final Tree tree;
  private final Listings listings;

  private ImageLayout(Tree tree, Listings listings) {
    this.tree = tree;
    this.listings = listings;
  }

  /** Whether a tree is such a layout. */
  static boolean isIn(Tree tree) throws IOException {
    return tree.file(MARK).isPresent() && tree.file(INDEX).isPresent();
  }

  /**
   * Reads the layout's index.
   *
   * @param given what an image without a name is called
   * @throws InvalidSourceException if it can't be understood, or an image has no name
   */
  static ImageLayout open(Tree tree, Optional<ImageName> given)
      throws IOException, InvalidSourceException {
    byte[] index = tree.file(INDEX).orElseThrow().read(ManifestReader.MAX_SIZE);
    try {
      List<Listings.Named> images = new ArrayList<>();
      if (ManifestReader.read(MediaType.OCI_INDEX, index) instanceof Manifest.Index parsed) {
        parsed.manifests().forEach(image -> images.add(named(image)));
      }
      return new ImageLayout(tree, Listings.of(tree.place(), images, given));
    } catch (InvalidManifestException e) {
      throw new InvalidSourceException(
          "%s of %s can't be understood: %s".formatted(INDEX, tree.place(), e.getMessage()));
    }
  }

  private static Listings.Named named(Descriptor image) {
    Optional<String> reference = Optional.ofNullable(image.annotations().get(REFERENCE));
    Optional<ImageName> name =
        Optional.ofNullable(image.annotations().get(FULL_NAME))
            .or(() -> reference.filter(text -> text.contains("/") || text.contains(":")))
            .flatMap(ImageName::parse);
    return new Listings.Named(image.digest(), name, reference.flatMap(Tag::parse));
  }

  @Override
  public String kind() {
    return "an OCI image layout";
  }

  @Override
  public List<RepositoryName> repositories() {
    return listings.repositories();
  }

  @Override
  public Listing list(RepositoryName repository) {
    return listings.list(repository);
  }

  @Override
  public Optional<Content> manifest(RepositoryName repository, Digest digest) throws IOException {
    return blob(repository, digest);
  }

  @Override
  public Optional<Content> blob(RepositoryName repository, Digest digest) throws IOException {
    return tree.file("blobs/%s/%s".formatted(digest.algorithm().prefix(), digest.hex()));
  }

  @Override
  public void close() throws IOException {
    tree.close();
  }
}
