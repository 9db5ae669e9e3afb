package dev.larder.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.http.Response;
import dev.larder.oci.Digest;
import dev.larder.oci.ErrorCode;
import dev.larder.store.FullDisk;
import dev.larder.upstream.BearerChallenge;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The answers that are errors: which status goes with which code, and how both are written. Nothing
 * else in the registry knows either.
 *
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes">OCI
 *     distribution specification, error codes</a>
 */
final class ErrorResponses {
  private ErrorResponses() {}

  /**
   * An error with the status that its code usually has.
   *
   * @param message a sentence for the person who reads what the client prints
   */
  static Response of(ErrorCode code, String message) {
    return of(status(code), code, message);
  }

  /** The path isn't one of the API's. */
  static Response unknownPath(String path) {
    return of(404, ErrorCode.UNSUPPORTED, "the distribution API has no path " + path);
  }

  /** The path is there, but not for that method. */
  static Response methodNotAllowed(String message, List<String> allowed) {
    return of(ErrorCode.UNSUPPORTED, message).with("Allow", String.join(", ", allowed));
  }

  /** What was sent is longer than anything that is taken. */
  static Response tooLarge(String message) {
    return of(413, ErrorCode.SIZE_INVALID, message);
  }

  /** Another request is writing to the same upload. */
  static Response uploadBusy(String message) {
    return of(409, ErrorCode.BLOB_UPLOAD_INVALID, message);
  }

  /** A client asks for bytes beyond the end. */
  static Response rangeNotSatisfiable(Digest digest, long size) {
    return of(ErrorCode.RANGE_INVALID, "%s has %d bytes".formatted(digest, size))
        .with("Content-Range", "bytes */" + size);
  }

  /** A manifest was pushed before what it refers to. */
  static Response missing(List<Digest> missing) {
    ArrayNode errors = JsonResponses.object().arrayNode();
    for (Digest digest : missing) {
      String message = digest + " isn't in the repository: push it before the manifest";
      ObjectNode error = error(ErrorCode.MANIFEST_BLOB_UNKNOWN, message);
      error.putObject("detail").put("digest", digest.toString());
      errors.add(error);
    }
    return response(status(ErrorCode.MANIFEST_BLOB_UNKNOWN), errors);
  }

  /**
   * An upstream refuses what we don't have, and the client can get a token for it there. It comes
   * back with that one, and its password never comes to us.
   */
  static Response challenge(BearerChallenge challenge, String message) {
    return unauthorized(challenge.value(), message);
  }

  /** A login, or another one, is needed. */
  static Response unauthorized(String challenge, String message) {
    return of(ErrorCode.UNAUTHORIZED, message).with("WWW-Authenticate", challenge);
  }

  /**
   * An upstream refuses what we don't have. Not 403, nor 401 with a challenge that the client would
   * answer with a password: on 404 it goes on to the origin with its own credentials, and never
   * gives them to us.
   */
  static Response withheld(String message) {
    return of(404, ErrorCode.DENIED, message);
  }

  /** An upstream couldn't be asked for a manifest or a list. */
  static Response unavailable(String message, Optional<Duration> retryAfter) {
    Response response = of(ErrorCode.UNAVAILABLE, message);
    return retryAfter.map(wait -> retryAfter(response, wait)).orElse(response);
  }

  /** Wrong passwords come faster than they are looked at. */
  static Response tooManyLogins(String message, Duration retryAfter) {
    return retryAfter(of(ErrorCode.TOOMANYREQUESTS, message), retryAfter);
  }

  private static Response retryAfter(Response response, Duration wait) {
    return response.with("Retry-After", Long.toString(Math.max(1, wait.toSeconds())));
  }

  /**
   * An upstream couldn't be asked for a blob. On 5xx the Docker Engine would ask again for most of
   * a minute; on 404 every client that has somewhere else to go goes there at once.
   */
  static Response blobUnavailable(String message) {
    return of(404, ErrorCode.UNAVAILABLE, message);
  }

  /** The store can't be read or written. */
  static Response storeFailed(Exception failure) {
    return FullDisk.isCause(failure)
        ? of(
            507,
            ErrorCode.UNAVAILABLE,
            "the registry's disk is full: what was pushed before is safe, and this isn't kept; try"
                + " again when it has room")
        : of(ErrorCode.UNKNOWN, "the registry's store failed; its log says more");
  }

  /** Something that can't happen did. */
  static Response fault() {
    return of(ErrorCode.UNKNOWN, "the registry failed at this; its log says more");
  }

  /** The server refuses what it can't take for a request. */
  static Response refusal(int status, String reason) {
    ErrorCode code =
        switch (status) {
          case 413 -> ErrorCode.SIZE_INVALID;
          case 414 -> ErrorCode.NAME_INVALID;
          case 501, 505 -> ErrorCode.UNSUPPORTED;
          case 503 -> ErrorCode.UNAVAILABLE;
          default -> status < 500 ? ErrorCode.UNSUPPORTED : ErrorCode.UNKNOWN;
        };
    return of(status, code, reason);
  }

  private static int status(ErrorCode code) {
    return switch (code) {
      case BLOB_UPLOAD_INVALID,
          DIGEST_INVALID,
          MANIFEST_INVALID,
          NAME_INVALID,
          PAGINATION_NUMBER_INVALID,
          SIZE_INVALID ->
          400;
      case UNAUTHORIZED -> 401;
      case DENIED -> 403;
      case BLOB_UNKNOWN,
          BLOB_UPLOAD_UNKNOWN,
          MANIFEST_BLOB_UNKNOWN,
          MANIFEST_UNKNOWN,
          NAME_UNKNOWN ->
          404;
      case UNSUPPORTED -> 405;
      case RANGE_INVALID -> 416;
      case TOOMANYREQUESTS -> 429;
      case UNKNOWN -> 500;
      case UNAVAILABLE -> 503;
    };
  }

  private static Response of(int status, ErrorCode code, String message) {
    return response(status, JsonResponses.object().arrayNode().add(error(code, message)));
  }

  private static ObjectNode error(ErrorCode code, String message) {
    return JsonResponses.object().put("code", code.name()).put("message", message);
  }

  private static Response response(int status, ArrayNode errors) {
    ObjectNode content = JsonResponses.object();
    content.set("errors", errors);
    return JsonResponses.of(status, content);
  }
}
