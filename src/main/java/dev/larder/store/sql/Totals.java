package dev.larder.store.sql;

import dev.larder.oci.Digest;
import java.sql.SQLException;

/** The sums that are kept beside what they are made of, in the same transactions. */
final class Totals {
  /** The bytes of the blobs that mirrored repositories have and no hosted one. */
  static final String MIRRORED = "mirrored";

  /** The bytes of the documents. */
  static final String DOCUMENTS = "documents";

  private Totals() {}

  /** Something that changes which repositories have a blob. */
  @FunctionalInterface
  interface Change<T> {
    T make() throws SQLException;
  }

  static long read(Session session, String total) throws SQLException {
    return session
        .first(row -> row.getLong(1), "SELECT bytes FROM totals WHERE name = ?", total)
        .orElse(0L);
  }

  static void add(Session session, String total, long bytes) throws SQLException {
    if (bytes != 0) {
      session.change("UPDATE totals SET bytes = bytes + ? WHERE name = ?", bytes, total);
    }
  }

  /** Makes a change to the repositories that have a blob, and adds what follows for the sum. */
  static <T> T keep(Session session, Digest digest, Change<T> change) throws SQLException {
    long before = mirrored(session, digest);
    T result = change.make();
    add(session, MIRRORED, mirrored(session, digest) - before);
    return result;
  }

  /** What a blob adds to {@link #MIRRORED}. */
  private static long mirrored(Session session, Digest digest) throws SQLException {
    return session
        .first(
            row -> row.getLong(1),
            """
            SELECT CASE WHEN MIN(p.upstream) <> '' THEN MAX(b.size) ELSE 0 END
            FROM repository_blobs b JOIN repositories p ON p.id = b.repository_id
            WHERE b.digest = ?
            """,
            digest.toString())
        .orElse(0L);
  }
}
