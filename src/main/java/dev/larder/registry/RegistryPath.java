package dev.larder.registry;

import dev.larder.oci.Digest;
import dev.larder.oci.ErrorCode;
import dev.larder.oci.Reference;
import dev.larder.oci.RegistryName;
import java.util.Optional;

/**
 * A request's path in its parts: {@code [/<registry>]/v2/[<name>/]<endpoint>}.
 *
 * @param registry what stands before {@code /v2/} and looks like a registry: clients that can put a
 *     path only there say in this way which one they mean
 * @param name the repository's name as it was sent, perhaps with a registry as its first part;
 *     empty where the endpoint has no repository
 * @param endpoint what is asked for
 */
record RegistryPath(Optional<String> registry, String name, Endpoint endpoint) {
  private static final String VERSION = "/v2/";

  /** Where tokens are. Under the version, so that a proxy that passes only that on passes it on. */
  static final String TOKEN = VERSION + "_token";

  private static final String TAGS = "/tags/list";
  private static final String UPLOADS = "/blobs/uploads";

  /**
   * Reads a path as it came. Nothing in it needs a percent sign but the colons of ports and digests
   * that some clients encode; another one is refused, so that a name has one spelling.
   *
   * @throws RegistryException if it isn't a path of the API or what it names is malformed
   */
  static RegistryPath parse(String raw) {
    String path = raw.replace("%3A", ":").replace("%3a", ":");
    if (path.indexOf('%') >= 0) {
      throw new RegistryException(
          ErrorCode.NAME_INVALID, "names are written without percent-encoding: " + raw);
    }
    if (path.equals("/v2")) {
      return new RegistryPath(Optional.empty(), "", new Endpoint.Base());
    }
    if (path.equals(TOKEN)) {
      return new RegistryPath(Optional.empty(), "", new Endpoint.Token());
    }
    if (path.startsWith(VERSION)) {
      return parse(raw, Optional.empty(), path.substring(VERSION.length()));
    }
    int slash = path.indexOf('/', 1);
    if (slash > 1 && path.startsWith(VERSION, slash)) {
      String registry = path.substring(1, slash);
      if (RegistryName.looksLikeRegistry(registry)) {
        return parse(raw, Optional.of(registry), path.substring(slash + VERSION.length()));
      }
    }
    throw unknown(raw);
  }

  private static RegistryPath parse(String raw, Optional<String> registry, String rest) {
    if (rest.isEmpty()) {
      return new RegistryPath(registry, "", new Endpoint.Base());
    }
    if (rest.equals("_catalog")) {
      return new RegistryPath(registry, "", new Endpoint.Repositories());
    }
    int end = rest.lastIndexOf('/');
    String last = rest.substring(end + 1);
    String front = end < 0 ? "" : rest.substring(0, end);
    if (front.endsWith(UPLOADS)) {
      Endpoint endpoint = last.isEmpty() ? new Endpoint.Uploads() : new Endpoint.Upload(last);
      return new RegistryPath(registry, before(front, UPLOADS), endpoint);
    }
    if (rest.endsWith(TAGS)) {
      return new RegistryPath(registry, before(rest, TAGS), new Endpoint.Tags());
    }
    int word = front.lastIndexOf('/');
    if (word < 0) {
      throw unknown(raw);
    }
    Endpoint endpoint =
        switch (front.substring(word + 1)) {
          case "manifests" -> new Endpoint.Manifest(reference(last));
          case "blobs" -> new Endpoint.Blob(digest(last));
          case "referrers" -> new Endpoint.Referrers(digest(last));
          default -> throw unknown(raw);
        };
    return new RegistryPath(registry, front.substring(0, word), endpoint);
  }

  private static String before(String path, String end) {
    return path.substring(0, path.length() - end.length());
  }

  /** The path of the repository, in the form in which this request named it. */
  String repository() {
    return registry.map(prefix -> "/" + prefix).orElse("") + VERSION + name;
  }

  private static Reference reference(String text) {
    return text.indexOf(':') >= 0
        ? digest(text)
        : Reference.parse(text)
            .orElseThrow(
                () ->
                    new RegistryException(
                        ErrorCode.MANIFEST_UNKNOWN,
                        "no manifest is called " + text + ": it is neither a tag nor a digest"));
  }

  /** Reads a digest, wherever a client has to name one. */
  static Digest digest(String text) {
    return Digest.parse(text)
        .orElseThrow(
            () ->
                new RegistryException(
                    ErrorCode.DIGEST_INVALID, "not a sha256 or sha512 digest: " + text));
  }

  private static RegistryException unknown(String raw) {
    return new RegistryException(ErrorResponses.unknownPath(raw));
  }
}
