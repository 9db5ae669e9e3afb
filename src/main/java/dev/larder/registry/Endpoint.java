package dev.larder.registry;

import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.registry.access.Action;
import java.util.List;
import java.util.Optional;

/**
 * What a path asks for, in whatever repository.
 *
 * @see <a href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#endpoints">
 *     OCI distribution specification, endpoints</a>
 */
sealed interface Endpoint {

  /** {@code /v2/}: is this a registry? */
  record Base() implements Endpoint {}

  /** {@code /v2/_token}: a login's token. Ours; no repository's name begins with that line. */
  record Token() implements Endpoint {}

  /** {@code /v2/_catalog}: which repositories are here? Not the specification's, but common. */
  record Repositories() implements Endpoint {}

  /** {@code /v2/<name>/tags/list}. */
  record Tags() implements Endpoint {}

  /** {@code /v2/<name>/manifests/<reference>}. */
  record Manifest(Reference reference) implements Endpoint {}

  /** {@code /v2/<name>/blobs/<digest>}. */
  record Blob(Digest digest) implements Endpoint {}

  /** {@code /v2/<name>/blobs/uploads/}: where uploads begin. */
  record Uploads() implements Endpoint {}

  /** {@code /v2/<name>/blobs/uploads/<id>}: an upload that has begun. */
  record Upload(String id) implements Endpoint {}

  /** {@code /v2/<name>/referrers/<digest>}. */
  record Referrers(Digest subject) implements Endpoint {}

  /** The methods that it knows. */
  default List<String> methods() {
    return switch (this) {
      case Base _, Repositories _, Tags _, Referrers _ -> List.of("GET", "HEAD");
      case Token _ -> List.of("GET");
      case Manifest _ -> List.of("GET", "HEAD", "PUT", "DELETE");
      case Blob _ -> List.of("GET", "HEAD", "DELETE");
      case Uploads _ -> List.of("POST");
      case Upload _ -> List.of("GET", "PATCH", "PUT", "DELETE");
    };
  }

  /** The methods that it knows in a mirrored repository: those that pull. */
  default List<String> mirroredMethods() {
    return switch (this) {
      case Base _, Repositories _, Tags _, Referrers _, Manifest _, Blob _ ->
          List.of("GET", "HEAD");
      case Token _, Uploads _, Upload _ -> List.of();
    };
  }

  /** What a request of that method to it does with the repository. */
  default Action action(String method) {
    return switch (this) {
      case Base _, Token _, Repositories _, Tags _, Referrers _ -> Action.PULL;
      case Uploads _, Upload _ -> Action.PUSH;
      case Manifest _, Blob _ ->
          switch (method) {
            case "PUT" -> Action.PUSH;
            case "DELETE" -> Action.DELETE;
            default -> Action.PULL;
          };
    };
  }

  /** The word for it in an access log. */
  default String word() {
    return switch (this) {
      case Base _ -> "base";
      case Token _ -> "token";
      case Repositories _ -> "catalog";
      case Tags _ -> "tags";
      case Manifest _ -> "manifest";
      case Blob _ -> "blob";
      case Uploads _, Upload _ -> "upload";
      case Referrers _ -> "referrers";
    };
  }

  /** The tag, digest or upload that it names. */
  default Optional<String> named() {
    return switch (this) {
      case Base _, Token _, Repositories _, Tags _, Uploads _ -> Optional.empty();
      case Manifest(Reference reference) -> Optional.of(reference.toString());
      case Blob(Digest digest) -> Optional.of(digest.toString());
      case Upload(String id) -> Optional.of(id);
      case Referrers(Digest subject) -> Optional.of(subject.toString());
    };
  }
}
