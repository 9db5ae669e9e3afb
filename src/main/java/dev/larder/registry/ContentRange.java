package dev.larder.registry;

import dev.larder.http.Request;
import dev.larder.oci.ErrorCode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which bytes of a blob a chunk has. The distribution specification writes it without HTTP's unit
 * and without the whole length.
 *
 * @param first the position of its first byte
 * @param last the position of its last byte
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-a-blob-in-chunks">
 *     OCI distribution specification, pushing a blob in chunks</a>
 */
record ContentRange(long first, long last) {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,18})-([0-9]{1,18})");

  /**
   * The range that a request says it has; empty where it doesn't say.
   *
   * @throws RegistryException if it is malformed, or the request's length is another one
   */
  static Optional<ContentRange> of(Request request) {
    Optional<ContentRange> range =
        request.headers().joined("Content-Range").map(ContentRange::parse);
    Optional<String> length = request.header("Content-Length");
    if (range.isPresent()
        && length.isPresent()
        && !length.get().equals(Long.toString(range.get().length()))) {
      throw new RegistryException(
          ErrorCode.SIZE_INVALID,
          "Content-Range has %d bytes, but Content-Length says %s"
              .formatted(range.get().length(), length.get()));
    }
    return range;
  }

  private static ContentRange parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw malformed(text);
    }
    long first = Long.parseLong(matcher.group(1));
    long last = Long.parseLong(matcher.group(2));
    if (last < first) {
      throw malformed(text);
    }
    return new ContentRange(first, last);
  }

  private static RegistryException malformed(String text) {
    return new RegistryException(
        ErrorCode.BLOB_UPLOAD_INVALID,
        "Content-Range of a chunk is <first byte>-<last byte>, not " + text);
  }

  /** How many bytes it has. */
  long length() {
    return last - first + 1;
  }
}
