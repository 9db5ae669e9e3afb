package dev.larder.store.sql;

import static dev.larder.store.sql.Repositories.IS_REPOSITORY;
import static dev.larder.store.sql.Repositories.name;
import static dev.larder.store.sql.Repositories.upstream;

import dev.larder.oci.Reference;
import dev.larder.store.Pin;
import dev.larder.store.RepositoryKey;
import java.sql.SQLException;
import java.util.List;

/** The table of what stays however long nobody asks for it. */
final class Pins {
  private static final String NAMES =
      """
      EXISTS (SELECT 1 FROM pins n WHERE n.repository_id = %1$s.repository_id
        AND (n.reference = %2$s OR n.reference IN
          (SELECT t.name FROM tags t WHERE t.repository_id = n.repository_id AND t.digest = %2$s)))
      """;

  /**
   * A condition on a row {@code c} of {@code repository_manifests}: it is pinned, or an index that
   * lists it is.
   */
  static final String HOLD =
      " ("
          + NAMES.formatted("c", "c.digest")
          + """
            OR EXISTS (SELECT 1 FROM manifest_references i
              WHERE i.repository_id = c.repository_id AND i.digest = c.digest AND
          """
          + NAMES.formatted("i", "i.manifest")
          + ")) ";

  private Pins() {}

  static void add(Session session, RepositoryKey repository, Reference reference)
      throws SQLException {
    session.change(
        """
        INSERT INTO pins (repository_id, reference) VALUES (?, ?)
        ON CONFLICT (repository_id, reference) DO NOTHING
        """,
        Repositories.id(session, repository),
        reference.toString());
  }

  /** Removes a pin; whether it was there. */
  static boolean remove(Session session, RepositoryKey repository, Reference reference)
      throws SQLException {
    return session.change(
            "DELETE FROM pins WHERE" + IS_REPOSITORY + "AND reference = ?",
            upstream(repository),
            name(repository),
            reference.toString())
        > 0;
  }

  /** All of them, by upstream, repository and reference. */
  static List<Pin> all(Session session) throws SQLException {
    return session.all(
        row ->
            new Pin(
                Repositories.key(row.getString(1), row.getString(2)),
                Reference.parse(row.getString(3))
                    .orElseThrow(() -> new SQLException("neither tag nor digest"))),
        """
        SELECT p.upstream, p.name, n.reference
        FROM pins n JOIN repositories p ON p.id = n.repository_id
        ORDER BY p.upstream, p.name, n.reference
        """);
  }
}
