package dev.larder.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Serves a body of known length whole or in part, as the request's {@code Range}, {@code If-Range}
 * and {@code If-None-Match} ask.
 *
 * <p>Of several ranges in one request none is served: the answer is the whole, as RFC 9110 allows.
 * No client of a registry asks so, and a multipart body can't leave by sendfile.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110.html#section-14">RFC 9110, range
 *     requests</a>
 */
public final class Ranges {
  private static final Pattern ONE_RANGE =
      Pattern.compile("bytes=[ \t]*(\\d*)-(\\d*)[ \t]*", Pattern.CASE_INSENSITIVE);

  private Ranges() {}

  /** Makes the body of a part. */
  @FunctionalInterface
  public interface Parts {
    /**
     * Called once for each answer; the body belongs to the answer from then on. An answer without a
     * body asks for a part of length 0 and closes it, so that what stands behind it is let go of.
     */
    Body part(long offset, long length);
  }

  /** What a {@code Range} field asks of a representation. */
  sealed interface Selection {
    /** All of it: there is no range, or one that is to be ignored. */
    record Whole() implements Selection {}

    /** The bytes from {@code offset} on; {@code length} is at least 1. */
    record Part(long offset, long length) implements Selection {}

    /** Bytes beyond its end, or none. */
    record Unsatisfiable() implements Selection {}
  }

  /**
   * The answer to a GET or HEAD request: 200 with the whole, 206 with a part, 304 where the client
   * has it, or 416, without a body, where it asks beyond the end. The caller adds the header fields
   * that describe the content.
   *
   * @param etag the strong entity tag of the content, in its quotation marks
   * @param length of the whole, in bytes
   */
  public static Response answer(Request request, String etag, long length, Parts parts) {
    Response plain = Response.of(200).with("Accept-Ranges", "bytes").with("ETag", etag);
    if (request.header("If-None-Match").filter(tags -> names(tags, etag)).isPresent()) {
      return withoutBody(304, plain, parts);
    }
    return switch (select(request, etag, length)) {
      case Selection.Whole _ -> plain.with(parts.part(0, length));
      case Selection.Part(long offset, long partLength) ->
          withStatus(206, plain)
              .with(
                  "Content-Range",
                  "bytes " + offset + "-" + (offset + partLength - 1) + "/" + length)
              .with(parts.part(offset, partLength));
      case Selection.Unsatisfiable _ ->
          withoutBody(416, plain, parts).with("Content-Range", "bytes */" + length);
    };
  }

  private static Response withoutBody(int status, Response plain, Parts parts) {
    parts.part(0, 0).close();
    return withStatus(status, plain);
  }

  private static Response withStatus(int status, Response plain) {
    return new Response(status, plain.headers(), plain.body(), plain.whenSent());
  }

  /** Ranges are defined for GET alone; If-Range must be this very content, byte for byte. */
  private static Selection select(Request request, String etag, long length) {
    Optional<String> range = request.header("Range");
    if (range.isEmpty()
        || !request.method().equals("GET")
        || request.header("If-Range").filter(tag -> !tag.strip().equals(etag)).isPresent()) {
      return new Selection.Whole();
    }
    return select(range.get(), length);
  }

  static Selection select(String range, long length) {
    Matcher matcher = ONE_RANGE.matcher(range);
    if (!matcher.matches()) {
      return new Selection.Whole();
    }
    String first = matcher.group(1);
    String last = matcher.group(2);
    if (first.isEmpty()) {
      return last.isEmpty() ? new Selection.Whole() : suffix(number(last), length);
    }
    long from = number(first);
    long to = last.isEmpty() ? Long.MAX_VALUE : number(last);
    // An end before the beginning is no range. It may be ignored or refused; a client that asks so
    // is better told.
    return from <= to && from < length
        ? new Selection.Part(from, Math.min(to, length - 1) - from + 1)
        : new Selection.Unsatisfiable();
  }

  private static Selection suffix(long wanted, long length) {
    long count = Math.min(wanted, length);
    return count == 0 ? new Selection.Unsatisfiable() : new Selection.Part(length - count, count);
  }

  /** Digits beyond a long's range stand for more than any length. */
  private static long number(String digits) {
    String significant = digits.replaceFirst("^0+(?=\\d)", "");
    try {
      return Long.parseLong(significant);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  /** Whether an If-None-Match field names {@code etag}; by weak comparison, as its section asks. */
  private static boolean names(String tags, String etag) {
    for (String tag : tags.split(",", -1)) {
      String stripped = tag.strip();
      String opaque = stripped.startsWith("W/") ? stripped.substring(2) : stripped;
      if (opaque.equals("*") || opaque.equals(etag)) {
        return true;
      }
    }
    return false;
  }
}
