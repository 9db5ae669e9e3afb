package dev.larder.store.sql;

import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.RepositoryKey;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The table of repositories, which all others point to. */
final class Repositories {
  /**
   * A condition on {@code repository_id}, for statements on the other tables. Its two parameters
   * are {@link #upstream} and {@link #name}.
   */
  static final String IS_REPOSITORY =
      " repository_id = (SELECT id FROM repositories WHERE upstream = ? AND name = ?) ";

  private static final String HAS_CONTENT =
      """
       (EXISTS (SELECT 1 FROM repository_manifests WHERE repository_id = repositories.id)
        OR EXISTS (SELECT 1 FROM repository_blobs WHERE repository_id = repositories.id))
      """;

  private Repositories() {}

  /** The column {@code upstream}. */
  static String upstream(RepositoryKey repository) {
    return repository.upstream().map(RegistryName::value).orElse("");
  }

  /** The column {@code name}. */
  static String name(RepositoryKey repository) {
    return repository.name().value();
  }

  /** The repository with these columns. */
  static RepositoryKey key(String upstream, String name) {
    return new RepositoryKey(registry(upstream), new RepositoryName(name));
  }

  /** The registry that the column {@code upstream} names; empty for what is hosted. */
  static Optional<RegistryName> registry(String upstream) {
    return upstream.isEmpty() ? Optional.empty() : Optional.of(new RegistryName(upstream));
  }

  /** The number of a repository, which is added if it isn't there. */
  static long id(Session session, RepositoryKey repository) throws SQLException {
    Optional<Long> known = find(session, repository);
    if (known.isPresent()) {
      return known.get();
    }
    session.change(
        "INSERT INTO repositories (upstream, name) VALUES (?, ?)",
        upstream(repository),
        name(repository));
    return find(session, repository).orElseThrow();
  }

  /** The number of a repository, if it is there. */
  static Optional<Long> find(Session session, RepositoryKey repository) throws SQLException {
    return session.first(
        row -> row.getLong(1),
        "SELECT id FROM repositories WHERE upstream = ? AND name = ?",
        upstream(repository),
        name(repository));
  }

  /** Whether a repository has any manifest or blob. */
  static boolean hasContent(Session session, RepositoryKey repository) throws SQLException {
    return session.any(
        "SELECT 1 FROM repositories WHERE upstream = ? AND name = ? AND" + HAS_CONTENT,
        upstream(repository),
        name(repository));
  }

  /** The private repositories. */
  static Set<RepositoryKey> privateOnes(Session session) throws SQLException {
    return Set.copyOf(
        session.all(
            row -> key(row.getString(1), row.getString(2)),
            "SELECT upstream, name FROM repositories WHERE private = 1"));
  }

  /** Hosted repositories that have any manifest or blob, in the order of their names. */
  static List<RepositoryName> hosted(Session session, String after, int limit) throws SQLException {
    return session.all(
        row -> new RepositoryName(row.getString(1)),
        "SELECT name FROM repositories WHERE upstream = '' AND name > ? AND"
            + HAS_CONTENT
            + "ORDER BY name LIMIT ?",
        after,
        limit);
  }

  /**
   * The first hosted repository that has a blob, in the order of their names. The join is to be
   * done in this order: SQLite would look through the hosted ones.
   */
  static Optional<RepositoryName> hostedWith(Session session, Digest digest) throws SQLException {
    return session.first(
        row -> new RepositoryName(row.getString(1)),
        """
        SELECT name FROM repository_blobs CROSS JOIN repositories
        WHERE digest = ? AND repositories.id = repository_id AND upstream = ''
        ORDER BY name LIMIT 1
        """,
        digest.toString());
  }
}
