package dev.larder.store.sql;

import static dev.larder.store.sql.Repositories.IS_REPOSITORY;
import static dev.larder.store.sql.Repositories.name;
import static dev.larder.store.sql.Repositories.upstream;

import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.store.RepositoryKey;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

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

  /** Adds a blob to a repository, or says that it is of use there. */
  static int link(Session session, RepositoryKey repository, Digest digest, long size, Instant now)
      throws SQLException {
    long id = Repositories.id(session, repository);
    return Sums.keep(
        session,
        List.of(digest),
        () -> {
          int linked =
              session.change(
                  """
                  INSERT INTO repository_blobs (repository_id, digest, size, used_at)
                  VALUES (?, ?, ?, ?)
                  ON CONFLICT (repository_id, digest) DO UPDATE SET used_at = excluded.used_at
                  """,
                  id,
                  digest.toString(),
                  size,
                  now.toEpochMilli());
          if (repository.upstream().isPresent()) {
            Evictable.release(session, id, List.of(digest), now);
          }
          return linked;
        });
  }

  /** Takes a blob out of a repository; whether it was there. */
  static boolean unlink(Session session, RepositoryKey repository, Digest digest)
      throws SQLException {
    return Sums.keep(session, List.of(digest), () -> remove(session, repository, digest));
  }

  /** Takes blobs out of a repository; those that were there and that no other one has. */
  static List<Digest> unlink(Session session, RepositoryKey repository, List<Digest> digests)
      throws SQLException {
    return Sums.keep(
        session,
        digests,
        () -> {
          List<Digest> gone = new ArrayList<>();
          for (Digest digest : digests) {
            if (remove(session, repository, digest) && !isLinked(session, digest)) {
              gone.add(digest);
            }
          }
          return gone;
        });
  }

  private static boolean remove(Session session, RepositoryKey repository, Digest digest)
      throws SQLException {
    return session.change(
            "DELETE FROM repository_blobs WHERE" + IS_REPOSITORY + "AND digest = ?",
            upstream(repository),
            name(repository),
            digest.toString())
        > 0;
  }

  /** Takes a blob out of all repositories. */
  static int unlink(Session session, Digest digest) throws SQLException {
    return Sums.keep(
        session,
        List.of(digest),
        () -> session.change("DELETE FROM repository_blobs WHERE digest = ?", digest.toString()));
  }

  /** A page of the blobs that repositories have, each once. */
  static List<Digest> linked(Session session, Optional<Digest> after, int limit)
      throws SQLException {
    return session.all(
        row -> Columns.digest(row, 1),
        "SELECT DISTINCT digest FROM repository_blobs WHERE digest > ? ORDER BY digest LIMIT ?",
        after.map(Digest::toString).orElse(""),
        limit);
  }

  /** Whether any repository has a blob. */
  static boolean isLinked(Session session, Digest digest) throws SQLException {
    return session.any(
        "SELECT 1 FROM repository_blobs WHERE digest = ? LIMIT 1", digest.toString());
  }

  /** See {@link dev.larder.store.Catalog#unlinkedBlobs}. */
  static List<Digest> unlinked(Session session, List<Digest> digests) throws SQLException {
    if (digests.isEmpty()) {
      return List.of();
    }
    List<String> names = digests.stream().map(Digest::toString).sorted().toList();
    Set<String> linked =
        new HashSet<>(
            session.all(
                row -> row.getString(1),
                "SELECT DISTINCT digest FROM repository_blobs WHERE digest BETWEEN ? AND ?",
                names.getFirst(),
                names.getLast()));
    return digests.stream().filter(digest -> !linked.contains(digest.toString())).toList();
  }

  /** Whether any repository has a blob that isn't private. */
  static boolean isOpen(Session session, Digest digest) throws SQLException {
    return session.any(
        """
        SELECT 1 FROM repository_blobs JOIN repositories ON id = repository_id
        WHERE digest = ? AND private = 0 LIMIT 1
        """,
        digest.toString());
  }

  /** Whether any private repository of that upstream has a blob. */
  static boolean isPrivate(Session session, Digest digest, RegistryName upstream)
      throws SQLException {
    return session.any(
        """
        SELECT 1 FROM repository_blobs JOIN repositories ON id = repository_id
        WHERE digest = ? AND private = 1 AND upstream = ? LIMIT 1
        """,
        digest.toString(),
        upstream.value());
  }
}
