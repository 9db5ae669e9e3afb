package dev.larder.store.sql;

import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The sums that are kept beside what they are made of, in the same transactions. */
final class Sums {
  /** The bytes of all blobs. */
  static final String BLOBS = "blobs";

  /** The bytes of the blobs that mirrored repositories have and no hosted one. */
  static final String MIRRORED = "mirrored";

  /** The bytes of the documents. */
  static final String DOCUMENTS = "documents";

  private Sums() {}

  /** Something that changes which repositories have some blobs. */
  @FunctionalInterface
  interface Change<T> {
    T make() throws SQLException;
  }

  static long read(Session session, String total) throws SQLException {
    return session
        .first(row -> row.getLong(1), "SELECT bytes FROM totals WHERE name = ?", total)
        .orElse(0L);
  }

  /** The bytes of the blobs by upstream, or without one of those that were pushed. */
  static Map<Optional<RegistryName>, Long> byUpstream(Session session) throws SQLException {
    Map<Optional<RegistryName>, Long> bytes = new HashMap<>();
    session.each(
        row -> bytes.put(Repositories.registry(row.getString(1)), row.getLong(2)),
        "SELECT upstream, bytes FROM upstream_totals WHERE bytes <> 0");
    return bytes;
  }

  static void add(Session session, String total, long bytes) throws SQLException {
    if (bytes != 0) {
      session.change("UPDATE totals SET bytes = bytes + ? WHERE name = ?", bytes, total);
    }
  }

  private static void addTo(Session session, String upstream, long bytes) throws SQLException {
    if (bytes != 0) {
      session.change(
          """
          INSERT INTO upstream_totals (upstream, bytes) VALUES (?, ?)
          ON CONFLICT (upstream) DO UPDATE SET bytes = upstream_totals.bytes + excluded.bytes
          """,
          upstream,
          bytes);
    }
  }

  /**
   * Makes a change to the repositories that have these blobs, and adds what follows for the sums.
   */
  static <T> T keep(Session session, Collection<Digest> digests, Change<T> change)
      throws SQLException {
    Shares before = Shares.of(session, digests);
    T result = change.make();
    Shares after = Shares.of(session, digests);
    add(session, BLOBS, after.all - before.all);
    add(session, MIRRORED, after.mirrored - before.mirrored);
    Set<String> upstreams = new HashSet<>(before.byUpstream.keySet());
    upstreams.addAll(after.byUpstream.keySet());
    for (String upstream : upstreams) {
      addTo(session, upstream, after.of(upstream) - before.of(upstream));
    }
    return result;
  }

  /** What some blobs add to the sums; with {@code ''} for what hosted repositories have. */
  private record Shares(long all, long mirrored, Map<String, Long> byUpstream) {
    static Shares of(Session session, Collection<Digest> digests) throws SQLException {
      long all = 0;
      long mirrored = 0;
      Map<String, Long> byUpstream = new HashMap<>();
      for (Digest digest : digests) {
        Map<String, Long> bytes = bytes(session, digest);
        long size = bytes.values().stream().mapToLong(Long::longValue).max().orElse(0);
        all += size;
        mirrored += bytes.containsKey("") ? 0 : size;
        bytes.forEach((upstream, own) -> byUpstream.merge(upstream, own, Long::sum));
      }
      return new Shares(all, mirrored, byUpstream);
    }

    private static Map<String, Long> bytes(Session session, Digest digest) throws SQLException {
      Map<String, Long> bytes = new HashMap<>();
      session.each(
          row -> bytes.merge(row.getString(1), row.getLong(2), Math::max),
          """
          SELECT DISTINCT p.upstream, b.size
          FROM repository_blobs b JOIN repositories p ON p.id = b.repository_id
          WHERE b.digest = ?
          """,
          digest.toString());
      return bytes;
    }

    long of(String upstream) {
      return byUpstream.getOrDefault(upstream, 0L);
    }
  }
}
