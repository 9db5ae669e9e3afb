package dev.larder.registry;

import dev.larder.http.Response;
import dev.larder.mirror.Lookup;
import dev.larder.mirror.Source;
import dev.larder.oci.ErrorCode;
import dev.larder.store.RepositoryKey;
import dev.larder.upstream.BearerChallenge;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * The answers of mirrored repositories. {@code Larder-Cache} says where each comes from: {@code
 * hit}, {@code miss}, {@code revalidated}, {@code stale}; or {@code overlay} or {@code hosted}
 * where what was pushed, by the upstream's full name or another, came before the upstream's. What
 * may be old comes with a {@code Warning}, which containerd shows to its user.
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
      // Of what there is here, this is all: no client that tries again would fare better.
      case Lookup.NotAsked<T>(String message) -> Reply.error(ErrorResponses.of(absent, message));
      case Lookup.Refused<T>(String message, Optional<BearerChallenge> challenge) ->
          Reply.error(
              challenge
                  .map(known -> ErrorResponses.challenge(known, message))
                  .orElseGet(() -> ErrorResponses.withheld(message)));
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

  /** The reply with what is hosted over a mirror, in that repository. */
  static Reply overlaid(RepositoryKey hosted, Response response) {
    return marked(
        response, hosted.overlaid().isPresent() ? Access.Outcome.OVERLAY : Access.Outcome.HOSTED);
  }

  /** The same with a list of that and of what the upstream has. */
  static Reply overlaid(RepositoryKey hosted, Response response, Optional<String> warning) {
    return overlaid(hosted, warned(response, warning));
  }

  /** Why the upstream's part of such a list may be old or missing: a sentence. */
  static Optional<String> warning(Lookup<?> upstreams) {
    return upstreams instanceof Lookup.Found<?> found
        ? found.warning()
        : upstreams
            .unavailability()
            .map(why -> "What the upstream has may be missing here: " + why);
  }

  /** The reply with what was found. */
  static <T> Reply found(Lookup.Found<T> found, Function<T, Response> response) {
    return marked(warned(response.apply(found.value()), found.warning()), outcome(found.source()));
  }

  private static Reply marked(Response response, Access.Outcome outcome) {
    return new Reply(response.with(SOURCE, outcome.name().toLowerCase(Locale.ROOT)), outcome);
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
