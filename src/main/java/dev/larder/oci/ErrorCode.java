package dev.larder.oci;

/**
 * What went wrong, in the words that clients know. The name of each constant is the code as it goes
 * over the wire.
 *
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes">OCI
 *     distribution specification, error codes</a>
 */
public enum ErrorCode {
  BLOB_UNKNOWN("blob unknown to registry"),
  BLOB_UPLOAD_INVALID("blob upload invalid"),
  BLOB_UPLOAD_UNKNOWN("blob upload unknown to registry"),
  DIGEST_INVALID("provided digest did not match uploaded content"),
  MANIFEST_BLOB_UNKNOWN("manifest references a manifest or blob unknown to registry"),
  MANIFEST_INVALID("manifest invalid"),
  MANIFEST_UNKNOWN("manifest unknown to registry"),
  NAME_INVALID("invalid repository name"),
  NAME_UNKNOWN("repository name not known to registry"),
  SIZE_INVALID("provided length did not match content length"),
  UNAUTHORIZED("authentication required"),
  DENIED("requested access to the resource is denied"),
  UNSUPPORTED("the operation is unsupported"),
  TOOMANYREQUESTS("too many requests"),

  /** Not the specification's, but every registry's word for a fault of its own. */
  UNKNOWN("unknown error"),
  /** Not the specification's, but the common word for a fault that passes. */
  UNAVAILABLE("service unavailable"),
  /** Not the specification's, but the common word for a page size that can't be. */
  PAGINATION_NUMBER_INVALID("invalid number of results requested"),
  /** Not the specification's, but the common word for a range that can't be. */
  RANGE_INVALID("invalid content range");

  private final String description;

  ErrorCode(String description) {
    this.description = description;
  }

  /** The meaning in general, from the specification's table. */
  public String description() {
    return description;
  }
}
