package dev.larder.oci;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a manifest's bytes say. It is read for what it refers to; the bytes themselves are kept and
 * served as they came, and no manifest is ever written from one of these.
 */
public sealed interface Manifest {

  /** Its own media type, as its maker declared it. */
  MediaType mediaType();

  /** The manifest that this one is about, which makes this one a referrer. */
  Optional<Descriptor> subject();

  /** What it is for, as a list of referrers shows it. */
  Optional<String> artifactType();

  /** Whatever its maker wrote into it. */
  Map<String, String> annotations();

  /**
   * One image or artifact.
   *
   * @param config the image's configuration
   * @param layers its layers, lowest first
   * @see <a href="https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md">OCI image
   *     specification, image manifest</a>
   */
  record Image(
      MediaType mediaType,
      Descriptor config,
      List<Descriptor> layers,
      Optional<Descriptor> subject,
      Optional<String> artifactType,
      Map<String, String> annotations)
      implements Manifest {}

  /**
   * A list of manifests, most often one a platform.
   *
   * @param manifests what it lists
   * @see <a href="https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md">OCI
   *     image specification, image index</a>
   */
  record Index(
      MediaType mediaType,
      List<Descriptor> manifests,
      Optional<Descriptor> subject,
      Optional<String> artifactType,
      Map<String, String> annotations)
      implements Manifest {}
}
