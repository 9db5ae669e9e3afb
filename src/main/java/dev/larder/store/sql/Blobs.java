package dev.larder.store.sql;

import static dev.larder.store.sql.Repositories.IS_REPOSITORY;
import static dev.larder.store.sql.Repositories.name;
import static dev.larder.store.sql.Repositories.upstream;

import dev.larder.oci.Digest;
import dev.larder.store.RepositoryKey;
import java.sql.SQLException;
import java.util.OptionalLong;

/** The table of blobs that repositories may serve. */
final class Blobs {
  private Blobs() {}

  /** The length of a blob of a repository; empty if that doesn't have it. */
  static OptionalLong size(Session session, RepositoryKey repository, Digest digest)
      throws SQLException {
    return session
        .all(
            row -> row.getLong(1),
            "SELECT size FROM repository_blobs WHERE" + IS_REPOSITORY + "AND digest = ?",
            upstream(repository),
            name(repository),
            digest.toString())
        .stream()
        .mapToLong(Long::longValue)
        .findFirst();
  }

  /** Adds a blob to a repository, if it isn't there. */
  static int link(Session session, RepositoryKey repository, Digest digest, long size)
      throws SQLException {
    return session.change(
        """
        INSERT INTO repository_blobs (repository_id, digest, size) VALUES (?, ?, ?)
        ON CONFLICT (repository_id, digest) DO NOTHING
        """,
        Repositories.id(session, repository),
        digest.toString(),
        size);
  }

  /** Takes a blob out of a repository; whether it was there. */
  static boolean unlink(Session session, RepositoryKey repository, Digest digest)
      throws SQLException {
    return session.change(
            "DELETE FROM repository_blobs WHERE" + IS_REPOSITORY + "AND digest = ?",
            upstream(repository),
            name(repository),
            digest.toString())
        > 0;
  }

  /** Whether any repository has a blob. */
  static boolean isLinked(Session session, Digest digest) throws SQLException {
    return session.any(
        "SELECT 1 FROM repository_blobs WHERE digest = ? LIMIT 1", digest.toString());
  }
}
