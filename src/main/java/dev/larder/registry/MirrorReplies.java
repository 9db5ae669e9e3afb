package dev.larder.registry;

import dev.larder.http.Response;
import dev.larder.mirror.Lookup;
import dev.larder.mirror.Source;
import dev.larder.oci.ErrorCode;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * The answers of mirrored repositories. {@code Larder-Cache} says where each comes from: {@code
 * hit}, {@code miss}, {@code revalidated}, {@code stale}, or {@code hosted} where what was pushed
 * came before the upstream's; what may be old comes with a {@code Warning}, which containerd shows
 * to its user.
 *
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#warnings">OCI
 *     distribution specification, warnings</a>
 */
final class MirrorReplies {
  /** Far below the 4096 bytes that the specification allows for all warnings. */
  private static final int LONGEST_WARNING = 1000;

  private static final String SOURCE = "Larder-Cache";

  private MirrorReplies() {}

  /** The reply to a question for a manifest or a list. */
  static <T> Reply of(Lookup<T> lookup, ErrorCode absent, Function<T, Response> response) {
    return switch (lookup) {
      case Lookup.Found<T> found -> found(found, response);
      case Lookup.Absent<T>(String message) -> Reply.error(ErrorResponses.of(absent, message));
      case Lookup.Refused<T>(String message) -> Reply.error(ErrorResponses.withheld(message));
      case Lookup.Unavailable<T> unavailable ->
          Reply.unavailable(
              ErrorResponses.unavailable(unavailable.message(), unavailable.retryAfter()));
    };
  }

  /** The reply to a question for a blob. */
  static <T> Reply ofBlob(Lookup<T> lookup, Function<T, Response> response) {
    return lookup instanceof Lookup.Unavailable<T> unavailable
        ? Reply.unavailable(ErrorResponses.blobUnavailable(unavailable.message()))
        : of(lookup, ErrorCode.BLOB_UNKNOWN, response);
  }

  /**
   * The reply with what is hosted over a mirror.
   *
   * @param warning why what the upstream has may be missing: a sentence
   */
  static Reply overlaid(Response response, Optional<String> warning) {
    Response marked = response.with(SOURCE, "hosted");
    return Reply.hosted(
        warned(marked, warning.map(why -> "What the upstream has may be missing here: " + why)));
  }

  /** The same where nothing is missing. */
  static Reply overlaid(Response response) {
    return overlaid(response, Optional.empty());
  }

  /** The reply with what was found. */
  static <T> Reply found(Lookup.Found<T> found, Function<T, Response> response) {
    Access.Outcome outcome = outcome(found.source());
    Response marked =
        response.apply(found.value()).with(SOURCE, outcome.name().toLowerCase(Locale.ROOT));
    return new Reply(warned(marked, found.warning()), outcome);
  }

  private static Response warned(Response response, Optional<String> warning) {
    return warning.map(text -> response.with("Warning", warning(text))).orElse(response);
  }

  private static Access.Outcome outcome(Source source) {
    return switch (source) {
      case HIT -> Access.Outcome.HIT;
      case MISS -> Access.Outcome.MISS;
      case REVALIDATED -> Access.Outcome.REVALIDATED;
      case STALE -> Access.Outcome.STALE;
    };
  }

  /** One line of printable ASCII in quotes. */
  private static String warning(String sentence) {
    StringBuilder quoted = new StringBuilder("299 - \"");
    sentence
        .chars()
        .limit(LONGEST_WARNING)
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                quoted.append('\\');
              }
              quoted.append(c >= ' ' && c <= '~' ? (char) c : ' ');
            });
    return quoted.append('"').toString();
  }
}
