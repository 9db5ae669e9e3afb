package dev.larder.store.sql;

import dev.larder.oci.Digest;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.MissingPart;
import dev.larder.store.RepositoryKey;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What a verification asks of the tables. */
final class Inspection {
  private Inspection() {}

  /** What SQLite finds wrong with its file. */
  static List<String> damages(Session session) throws SQLException {
    List<String> damages = new ArrayList<>();
    for (String line : session.all(row -> row.getString(1), "PRAGMA integrity_check")) {
      if (!line.equals("ok")) {
        damages.add(line);
      }
    }
    damages.addAll(
        session.all(
            row -> "a row of %s refers to none of %s".formatted(row.getString(1), row.getString(3)),
            "PRAGMA foreign_key_check"));
    return damages;
  }

  /** See {@link dev.larder.store.Catalog#missingParts}. */
  static List<MissingPart> missingParts(Session session) throws SQLException {
    record Row(long id, String repository, Digest manifest, Digest part) {}
    List<Row> rows =
        session.all(
            row ->
                new Row(
                    row.getLong(1),
                    row.getString(2),
                    Columns.digest(row, 3),
                    Columns.digest(row, 4)),
            """
            SELECT p.id, p.name, r.manifest, r.digest
            FROM manifest_references r JOIN repositories p ON p.id = r.repository_id
            WHERE p.upstream = ''
              AND r.media_type NOT LIKE '%.foreign.%'
              AND r.media_type NOT LIKE '%nondistributable%'
              AND NOT EXISTS (SELECT 1 FROM repository_blobs b
                WHERE b.repository_id = r.repository_id AND b.digest = r.digest)
              AND NOT EXISTS (SELECT 1 FROM repository_manifests m
                WHERE m.repository_id = r.repository_id AND m.digest = r.digest)
            ORDER BY p.name, r.manifest, r.digest
            """);
    List<MissingPart> parts = new ArrayList<>();
    for (Row row : rows) {
      parts.add(
          new MissingPart(
              RepositoryKey.hosted(new RepositoryName(row.repository())),
              row.manifest(),
              tags(session, row.id(), row.manifest()),
              row.part()));
    }
    return parts;
  }

  /** See {@link dev.larder.store.Catalog#namesOf}. */
  static List<String> namesOf(Session session, Digest manifest) throws SQLException {
    return session.all(
        row -> Repositories.key(row.getString(1), row.getString(2)) + row.getString(3),
        """
        SELECT p.upstream, p.name,
          CASE WHEN t.name IS NULL THEN '@' || m.digest ELSE ':' || t.name END
        FROM repository_manifests m JOIN repositories p ON p.id = m.repository_id
        LEFT JOIN tags t ON t.repository_id = m.repository_id AND t.digest = m.digest
        WHERE m.digest = ? ORDER BY 1, 2, 3
        """,
        manifest.toString());
  }

  private static List<Tag> tags(Session session, long repository, Digest manifest)
      throws SQLException {
    return session.all(
        row -> new Tag(row.getString(1)),
        """
        SELECT name FROM tags WHERE repository_id = ? AND (digest = ? OR digest IN
          (SELECT manifest FROM manifest_references WHERE repository_id = ? AND digest = ?))
        ORDER BY name
        """,
        repository,
        manifest.toString(),
        repository,
        manifest.toString());
  }
}
