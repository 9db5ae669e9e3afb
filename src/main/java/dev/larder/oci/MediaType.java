package dev.larder.oci;

import java.util.Locale;

/**
 * The type of a piece of content, as it stands in descriptors and in {@code Content-Type}.
 *
 * @param value type and subtype in lower case, without parameters
 * @see <a href="https://github.com/opencontainers/image-spec/blob/v1.1.1/media-types.md">OCI image
 *     specification, media types</a>
 */
public record MediaType(String value) {
  public static final MediaType OCI_MANIFEST =
      new MediaType("application/vnd.oci.image.manifest.v1+json");
  public static final MediaType OCI_INDEX =
      new MediaType("application/vnd.oci.image.index.v1+json");
  public static final MediaType DOCKER_MANIFEST =
      new MediaType("application/vnd.docker.distribution.manifest.v2+json");
  public static final MediaType DOCKER_MANIFEST_LIST =
      new MediaType("application/vnd.docker.distribution.manifest.list.v2+json");

  /** Reads a {@code Content-Type}: parameters are left out, case doesn't matter. */
  public static MediaType parse(String contentType) {
    int semicolon = contentType.indexOf(';');
    String type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
    return new MediaType(type.strip().toLowerCase(Locale.ROOT));
  }

  /** Whether it is a list of manifests: an image index or Docker's manifest list. */
  public boolean isIndex() {
    return equals(OCI_INDEX) || equals(DOCKER_MANIFEST_LIST);
  }

  /** Whether it is a manifest of one image or artifact. */
  public boolean isImageManifest() {
    return equals(OCI_MANIFEST) || equals(DOCKER_MANIFEST);
  }

  /** Whether content of this type may be kept elsewhere than where it comes from. */
  public boolean isDistributable() {
    return !value.contains(".foreign.") && !value.contains("nondistributable");
  }

  @Override
  public String toString() {
    return value;
  }
}
