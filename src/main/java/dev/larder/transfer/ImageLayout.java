package dev.larder.transfer;

import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.InvalidManifestException;
import dev.larder.oci.Manifest;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.MediaType;
import dev.larder.oci.Tag;
import dev.larder.store.RepositoryKey;
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
  static final String FULL_NAME = "io.containerd.image.name";

  /** The specification's word, mostly for a tag, and with skopeo for whatever was typed. */
  static final String REFERENCE = "org.opencontainers.image.ref.name";

  private final Tree tree;
  private final Listings listings;
  private final boolean bundle;

  private ImageLayout(Tree tree, Listings listings, boolean bundle) {
    this.tree = tree;
    this.listings = listings;
    this.bundle = bundle;
  }

  /** Whether a tree is such a layout. */
  static boolean isIn(Tree tree) throws IOException {
    return tree.file(MARK).isPresent() && tree.file(INDEX).isPresent();
  }

  /**
   * Reads the layout's index.
   *
   * @param given what an image without a name is called
   * @param naming where those with names belong
   * @throws InvalidSourceException if it can't be understood, or an image has no name
   */
  static ImageLayout open(Tree tree, Optional<ImageName> given, Naming naming)
      throws IOException, InvalidSourceException {
    byte[] index = tree.file(INDEX).orElseThrow().read(ManifestReader.MAX_SIZE);
    try {
      List<Listings.Named> images = new ArrayList<>();
      boolean bundle = false;
      if (ManifestReader.read(MediaType.OCI_INDEX, index) instanceof Manifest.Index parsed) {
        bundle = parsed.annotations().containsKey(Bundle.MARK);
        for (Descriptor image : parsed.manifests()) {
          images.add(named(image, naming, bundle));
        }
      }
      return new ImageLayout(tree, Listings.of(tree.place(), images, given), bundle);
    } catch (InvalidManifestException e) {
      throw new InvalidSourceException(
          "%s of %s can't be understood: %s".formatted(INDEX, tree.place(), e.getMessage()));
    }
  }

  private static Listings.Named named(Descriptor image, Naming naming, boolean bundle) {
    Optional<String> reference = Optional.ofNullable(image.annotations().get(REFERENCE));
    Optional<Naming.Place> place =
        Optional.ofNullable(image.annotations().get(FULL_NAME))
            .or(() -> reference.filter(text -> text.contains("/") || text.contains(":")))
            .flatMap(name -> naming.place(name, bundle));
    return new Listings.Named(
        image.digest(),
        place.map(Naming.Place::repository),
        place.isPresent() ? place.flatMap(Naming.Place::tag) : reference.flatMap(Tag::parse));
  }

  @Override
  public String kind() {
    return bundle ? "a bundle of larder export" : "an OCI image layout";
  }

  @Override
  public List<RepositoryKey> repositories() {
    return listings.repositories();
  }

  @Override
  public Listing list(RepositoryKey repository) {
    return listings.list(repository);
  }

  @Override
  public Optional<Content> manifest(RepositoryKey repository, Digest digest) throws IOException {
    return blob(repository, digest);
  }

  @Override
  public Optional<Content> blob(RepositoryKey repository, Digest digest) throws IOException {
    return tree.file(path(digest));
  }

  /** Where a layout has the content of a digest. */
  static String path(Digest digest) {
    return "blobs/%s/%s".formatted(digest.algorithm().prefix(), digest.hex());
  }

  @Override
  public void close() throws IOException {
    tree.close();
  }
}
