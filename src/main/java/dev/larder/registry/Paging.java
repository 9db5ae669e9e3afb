package dev.larder.registry;

import dev.larder.http.Query;
import dev.larder.oci.ErrorCode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Which part of a list a client wants.
 *
 * @param size how many entries at most, 0 to {@value #MAX_SIZE}
 * @param last the entry after which to begin
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags">OCI
 *     distribution specification, listing tags</a>
 */
record Paging(int size, Optional<String> last) {
  /** As many as clients get that don't say how many they want, or want more. */
  static final int MAX_SIZE = 10_000;

  /**
   * A part of a list.
   *
   * @param next the query that asks for the next part; empty if there is none
   */
  record Page<T>(List<T> entries, Optional<List<String>> next) {}

  /**
   * Reads {@code n} and {@code last}.
   *
   * @throws RegistryException if {@code n} isn't a number of entries
   */
  static Paging of(Query query) {
    return new Paging(query.first("n").map(Paging::size).orElse(MAX_SIZE), query.first("last"));
  }

  private static int size(String n) {
    try {
      long size = Long.parseLong(n);
      if (size >= 0) {
        return (int) Math.min(size, MAX_SIZE);
      }
    } catch (NumberFormatException e) {
      // It is told below, as a negative one is.
    }
    throw new RegistryException(
        ErrorCode.PAGINATION_NUMBER_INVALID, "n is a number of entries, 0 or more, not " + n);
  }

  /**
   * Takes that part of a list.
   *
   * @param list gives the entries after the first argument, as many as the second says
   * @param name what an entry is called
   */
  <T> Page<T> take(BiFunction<Optional<String>, Integer, List<T>> list, Function<T, String> name) {
    if (size == 0) {
      return new Page<>(List.of(), Optional.empty());
    }
    List<T> entries = list.apply(last, size + 1);
    if (entries.size() <= size) {
      return new Page<>(entries, Optional.empty());
    }
    String end = encode(name.apply(entries.get(size - 1)));
    return new Page<>(entries.subList(0, size), Optional.of(List.of("n=" + size, "last=" + end)));
  }

  /** The {@code Link} to the next part. */
  static String link(String location) {
    return "<" + location + ">; rel=\"next\"";
  }

  /** A value as it stands in a query. */
  static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
