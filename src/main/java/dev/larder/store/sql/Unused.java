package dev.larder.store.sql;

import dev.larder.oci.Digest;
import dev.larder.oci.RepositoryName;
import dev.larder.store.HostedContent;
import dev.larder.store.RepositoryKey;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What hosted repositories have and nothing refers to. Whatever takes a reference away sets the
 * time of what it referred to: so what is referred to needs no time of its own, and reading it
 * writes nothing.
 */
final class Unused {
  private static final String BLOB =
      """
       NOT EXISTS (SELECT 1 FROM manifest_references r
         WHERE r.repository_id = c.repository_id AND r.digest = c.digest)
      """;

  /**
   * A condition on a row {@code c} of {@code repository_manifests}: no tag, no index of the
   * repository, and no subject that is there keeps it.
   */
  static final String MANIFEST =
      BLOB
          + """
           AND NOT EXISTS (SELECT 1 FROM tags t
             WHERE t.repository_id = c.repository_id AND t.digest = c.digest)
           AND NOT EXISTS (SELECT 1 FROM referrers f
             JOIN repository_manifests s
               ON s.repository_id = f.repository_id AND s.digest = f.subject
             WHERE f.repository_id = c.repository_id AND f.manifest = c.digest)
          """;

  /** Which of the two tables. */
  enum Kind {
    BLOBS("repository_blobs", "c.size", BLOB),
    MANIFESTS("repository_manifests", "0", MANIFEST);

    private final String table;
    private final String size;
    private final String condition;

    Kind(String table, String size, String condition) {
      this.table = table;
      this.size = size;
      this.condition = condition;
    }
  }

  private Unused() {}

  /** A page of what was last used at {@code until} or before. */
  static List<HostedContent> list(
      Session session, Kind kind, Instant until, Optional<HostedContent> after, int limit)
      throws SQLException {
    return session.all(
        row ->
            new HostedContent(
                RepositoryKey.hosted(new RepositoryName(row.getString(1))),
                Columns.digest(row, 2),
                row.getLong(3)),
        "SELECT p.name, c.digest, %s FROM %s c JOIN repositories p ON p.id = c.repository_id"
                .formatted(kind.size, kind.table)
            + " WHERE p.upstream = '' AND (p.name, c.digest) > (?, ?) AND c.used_at <= ? AND"
            + kind.condition
            + "ORDER BY p.name, c.digest LIMIT ?",
        after.map(last -> last.repository().name().value()).orElse(""),
        after.map(last -> last.digest().toString()).orElse(""),
        until.toEpochMilli(),
        limit);
  }

  /** Whether something is there, nothing refers to it, and nobody has used it since. */
  static boolean is(
      Session session, Kind kind, RepositoryKey repository, Digest digest, Instant until)
      throws SQLException {
    return session.any(
        "SELECT 1 FROM %s c JOIN repositories p ON p.id = c.repository_id".formatted(kind.table)
            + " WHERE p.upstream = ? AND p.name = ? AND c.digest = ? AND c.used_at <= ? AND"
            + kind.condition,
        Repositories.upstream(repository),
        Repositories.name(repository),
        digest.toString(),
        until.toEpochMilli());
  }

  /** Whether something is there, and something there refers to it; empty if it isn't there. */
  static Optional<Boolean> isReferredTo(
      Session session, Kind kind, RepositoryKey repository, Digest digest) throws SQLException {
    return session.first(
        row -> row.getInt(1) == 0,
        "SELECT CASE WHEN%sTHEN 1 ELSE 0 END FROM %s c".formatted(kind.condition, kind.table)
            + " JOIN repositories p ON p.id = c.repository_id"
            + " WHERE p.upstream = ? AND p.name = ? AND c.digest = ?",
        Repositories.upstream(repository),
        Repositories.name(repository),
        digest.toString());
  }

  /** Sets the time of something; whether it is there. */
  static boolean use(
      Session session, Kind kind, RepositoryKey repository, Digest digest, Instant now)
      throws SQLException {
    return session.change(
            "UPDATE %s SET used_at = ? WHERE".formatted(kind.table)
                + Repositories.IS_REPOSITORY
                + "AND digest = ?",
            now.toEpochMilli(),
            Repositories.upstream(repository),
            Repositories.name(repository),
            digest.toString())
        > 0;
  }

  /** Sets the time of a manifest that is about to lose a tag. */
  static void loseTag(Session session, long repository, String tag, Instant now)
      throws SQLException {
    session.change(
        """
        UPDATE repository_manifests SET used_at = ? WHERE repository_id = ? AND digest =
          (SELECT digest FROM tags WHERE repository_id = ? AND name = ?)
        """,
        now.toEpochMilli(),
        repository,
        repository,
        tag);
  }

  /** Sets the times of all that a manifest, which is about to go or to change, keeps. */
  static void loseManifest(Session session, long repository, String manifest, Instant now)
      throws SQLException {
    session.change(
        """
        UPDATE repository_blobs SET used_at = ? WHERE repository_id = ? AND digest IN
          (SELECT digest FROM manifest_references WHERE repository_id = ? AND manifest = ?)
        """,
        now.toEpochMilli(),
        repository,
        repository,
        manifest);
    session.change(
        """
        UPDATE repository_manifests SET used_at = ? WHERE repository_id = ? AND digest IN
          (SELECT digest FROM manifest_references WHERE repository_id = ? AND manifest = ?
           UNION SELECT manifest FROM referrers WHERE repository_id = ? AND subject = ?)
        """,
        now.toEpochMilli(),
        repository,
        repository,
        manifest,
        repository,
        manifest);
  }
}
