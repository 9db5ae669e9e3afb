package dev.larder.store.sql;

import dev.larder.oci.Digest;
import dev.larder.oci.Tag;
import dev.larder.store.CachedContent;
import dev.larder.store.CachedContent.Kind;
import dev.larder.store.RepositoryKey;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What mirrored repositories have, by last use. A manifest and a blob that none refers to have the
 * column {@code last_use}; other blobs have none, and go with the last manifest that refers to
 * them. So the index on that column has what can go, and nothing else.
 */
final class Evictable {
  private static final String PAGE =
      """
      SELECT p.upstream, p.name, c.digest, c.last_use
      FROM %s c JOIN repositories p ON p.id = c.repository_id
      WHERE c.last_use <= ? AND (c.last_use, c.digest) > (?, ?)
      """;

  private static final String ORDER = " ORDER BY c.last_use, c.digest LIMIT ?";

  private static final String MANIFESTS =
      PAGE.formatted("repository_manifests") + "AND NOT" + Pins.HOLD + ORDER;

  private static final String BLOBS = PAGE.formatted("repository_blobs") + ORDER;

  private Evictable() {}

  /** See {@link dev.larder.store.Catalog#leastRecentlyUsed}. */
  static List<CachedContent> list(
      Session session, Kind kind, Instant until, Optional<CachedContent> after, int limit)
      throws SQLException {
    return session.all(
        row ->
            new CachedContent(
                Repositories.key(row.getString(1), row.getString(2)),
                Columns.digest(row, 3),
                kind,
                Instant.ofEpochMilli(row.getLong(4))),
        switch (kind) {
          case MANIFEST -> MANIFESTS;
          case BLOB -> BLOBS;
        },
        until.toEpochMilli(),
        after.map(last -> last.lastUse().toEpochMilli()).orElse(-1L),
        after.map(last -> last.digest().toString()).orElse(""),
        limit);
  }

  /** See {@link dev.larder.store.Catalog#blobsOf}. */
  static List<Digest> blobsOf(Session session, CachedContent content) throws SQLException {
    return switch (content.kind()) {
      case BLOB -> List.of(content.digest());
      case MANIFEST -> references(session, id(session, content), content.digest());
    };
  }

  /** See {@link dev.larder.store.Catalog#evict}. */
  static Optional<List<Digest>> evict(Session session, CachedContent content) throws SQLException {
    long id = id(session, content);
    if (!is(session, id, content)) {
      return Optional.empty();
    }
    List<Digest> blobs = blobsOf(session, content);
    if (content.kind() == Kind.MANIFEST) {
      Manifests.delete(session, id, content.digest());
    }
    List<Digest> loose = new ArrayList<>();
    for (Digest blob : blobs) {
      if (!isReferredTo(session, id, blob)) {
        loose.add(blob);
      }
    }
    return Optional.of(Blobs.unlink(session, content.repository(), loose));
  }

  /** Whether it is as it was when it was listed. */
  private static boolean is(Session session, long id, CachedContent content) throws SQLException {
    return session.any(
        switch (content.kind()) {
          case MANIFEST ->
              "SELECT 1 FROM repository_manifests c WHERE c.repository_id = ? AND c.digest = ?"
                  + " AND c.last_use = ? AND NOT"
                  + Pins.HOLD;
          case BLOB ->
              "SELECT 1 FROM repository_blobs c WHERE c.repository_id = ? AND c.digest = ?"
                  + " AND c.last_use = ?";
        },
        id,
        content.digest().toString(),
        content.lastUse().toEpochMilli());
  }

  /** The tags that name a manifest. */
  static List<Tag> tags(Session session, CachedContent content) throws SQLException {
    return session.all(
        row -> new Tag(row.getString(1)),
        // Without the plus, SQLite reads all of the repository's in the order of the key.
        "SELECT name FROM tags WHERE repository_id = ? AND digest = ? ORDER BY +name",
        id(session, content),
        content.digest().toString());
  }

  private static long id(Session session, CachedContent content) throws SQLException {
    return Repositories.find(session, content.repository()).orElse(-1L);
  }

  /** What a manifest refers to. */
  static List<Digest> references(Session session, long id, Digest manifest) throws SQLException {
    return session.all(
        row -> Columns.digest(row, 1),
        "SELECT digest FROM manifest_references WHERE repository_id = ? AND manifest = ?",
        id,
        manifest.toString());
  }

  private static boolean isReferredTo(Session session, long id, Digest digest) throws SQLException {
    return session.any(
        "SELECT 1 FROM manifest_references WHERE repository_id = ? AND digest = ? LIMIT 1",
        id,
        digest.toString());
  }

  /** A manifest of a mirrored repository has come: it goes by itself, and its blobs with it. */
  static void come(Session session, long id, Digest manifest, Instant now) throws SQLException {
    session.change(
        "UPDATE repository_manifests SET last_use = ? WHERE repository_id = ? AND digest = ?",
        now.toEpochMilli(),
        id,
        manifest.toString());
    session.change(
        """
        UPDATE repository_blobs SET last_use = NULL WHERE repository_id = ? AND digest IN
          (SELECT digest FROM manifest_references WHERE repository_id = ? AND manifest = ?)
        """,
        id,
        id,
        manifest.toString());
  }

  /** A manifest goes or changes, and these go by themselves if it alone has referred to them. */
  static void release(Session session, long id, List<Digest> blobs, Instant now)
      throws SQLException {
    for (Digest blob : blobs) {
      session.change(
          """
          UPDATE repository_blobs SET last_use = ? WHERE repository_id = ? AND digest = ?
          AND NOT EXISTS (SELECT 1 FROM manifest_references r
            WHERE r.repository_id = repository_blobs.repository_id
              AND r.digest = repository_blobs.digest)
          """,
          now.toEpochMilli(),
          id,
          blob.toString());
    }
  }

  /** A client was answered with what a tag or digest names, and so uses what that lists. */
  static void use(Session session, RepositoryKey repository, String reference, Instant now)
      throws SQLException {
    long id = Repositories.find(session, repository).orElse(-1L);
    long time = now.toEpochMilli();
    String digest =
        session
            .first(
                row -> row.getString(1),
                "SELECT digest FROM tags WHERE repository_id = ? AND name = ?",
                id,
                reference)
            .orElse(reference);
    session.change(
        """
        UPDATE repository_manifests SET last_use = ?
        WHERE repository_id = ? AND last_use < ? AND digest IN
          (SELECT ? UNION ALL
           SELECT digest FROM manifest_references WHERE repository_id = ? AND manifest = ?)
        """,
        time,
        id,
        time,
        digest,
        id,
        digest);
    session.change(
        "UPDATE repository_blobs SET last_use = ?"
            + " WHERE repository_id = ? AND digest = ? AND last_use < ?",
        time,
        id,
        digest,
        time);
  }
}
