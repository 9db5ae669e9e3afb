package dev.larder.store.sql;

import static dev.larder.store.sql.Repositories.IS_REPOSITORY;
import static dev.larder.store.sql.Repositories.name;
import static dev.larder.store.sql.Repositories.upstream;

import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.Manifest;
import dev.larder.oci.MediaType;
import dev.larder.oci.Tag;
import dev.larder.store.RepositoryKey;
import dev.larder.store.StoredManifest;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The tables of manifests and of what these refer to. */
final class Manifests {
  private Manifests() {}

  /** See {@link dev.larder.store.Catalog#putManifest}. */
  static void put(
      Session session,
      RepositoryKey repository,
      StoredManifest manifest,
      Optional<Manifest> parsed,
      Optional<Tag> tag,
      Instant now)
      throws SQLException {
    long id = Repositories.id(session, repository);
    String digest = manifest.digest().toString();
    session.change(
        "INSERT INTO manifests (digest, content) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING",
        digest,
        manifest.content());
    session.change(
        """
        INSERT INTO repository_manifests (repository_id, digest, media_type, used_at)
        VALUES (?, ?, ?, ?) ON CONFLICT (repository_id, digest)
        DO UPDATE SET media_type = excluded.media_type, used_at = excluded.used_at
        """,
        id,
        digest,
        manifest.mediaType().value(),
        now.toEpochMilli());
    Unused.loseManifest(session, id, digest, now);
    List<Digest> before =
        repository.upstream().isPresent()
            ? Evictable.references(session, id, manifest.digest())
            : List.of();
    putReferences(session, id, digest, parsed);
    if (repository.upstream().isPresent()) {
      Evictable.come(session, id, manifest.digest(), now);
      Evictable.release(session, id, before, now);
    }
    putSubject(session, id, digest, parsed);
    if (tag.isPresent()) {
      Unused.loseTag(session, id, tag.get().value(), now);
      session.change(
          """
          INSERT INTO tags (repository_id, name, digest, checked_at) VALUES (?, ?, ?, ?)
          ON CONFLICT (repository_id, name)
          DO UPDATE SET digest = excluded.digest, checked_at = excluded.checked_at
          """,
          id,
          tag.get().value(),
          digest,
          now.toEpochMilli());
    }
  }

  private static void putReferences(
      Session session, long id, String digest, Optional<Manifest> parsed) throws SQLException {
    session.change(
        "DELETE FROM manifest_references WHERE repository_id = ? AND manifest = ?", id, digest);
    for (Descriptor reference : parsed.map(Manifests::references).orElse(List.of())) {
      // A layer may stand in an image twice.
      session.change(
          """
          INSERT INTO manifest_references (repository_id, digest, manifest, media_type, size)
          VALUES (?, ?, ?, ?, ?) ON CONFLICT (repository_id, digest, manifest) DO NOTHING
          """,
          id,
          reference.digest().toString(),
          digest,
          reference.mediaType().value(),
          reference.size());
    }
  }

  private static void putSubject(Session session, long id, String digest, Optional<Manifest> parsed)
      throws SQLException {
    session.change("DELETE FROM referrers WHERE repository_id = ? AND manifest = ?", id, digest);
    Optional<Descriptor> subject = parsed.flatMap(Manifest::subject);
    if (parsed.isPresent() && subject.isPresent()) {
      session.change(
          """
          INSERT INTO referrers (repository_id, subject, manifest, artifact_type, annotations)
          VALUES (?, ?, ?, ?, ?)
          """,
          id,
          subject.get().digest().toString(),
          digest,
          parsed.get().artifactType().orElse(null),
          Columns.json(parsed.get().annotations()));
    }
  }

  /** What has to be in a repository for a manifest to be whole, and isn't. */
  static List<Digest> missing(Session session, RepositoryKey repository, Manifest parsed)
      throws SQLException {
    List<Digest> missing = new ArrayList<>();
    for (Descriptor reference : references(parsed)) {
      if (reference.mediaType().isDistributable()
          && !missing.contains(reference.digest())
          && !isThere(session, repository, parsed, reference)) {
        missing.add(reference.digest());
      }
    }
    return missing;
  }

  /**
   * An index lists manifests; BuildKit's caches are indexes that list layers, and these are there
   * as blobs.
   */
  private static boolean isThere(
      Session session, RepositoryKey repository, Manifest parsed, Descriptor reference)
      throws SQLException {
    boolean isManifest = reference.mediaType().isIndex() || reference.mediaType().isImageManifest();
    return switch (parsed) {
      case Manifest.Image _ -> hasBlob(session, repository, reference.digest());
      case Manifest.Index _ when isManifest ->
          mediaType(session, repository, reference.digest()).isPresent();
      case Manifest.Index _ ->
          mediaType(session, repository, reference.digest()).isPresent()
              || hasBlob(session, repository, reference.digest());
    };
  }

  private static boolean hasBlob(Session session, RepositoryKey repository, Digest digest)
      throws SQLException {
    return Blobs.size(session, repository, digest).isPresent();
  }

  private static List<Descriptor> references(Manifest manifest) {
    return switch (manifest) {
      case Manifest.Image image ->
          Stream.concat(Stream.of(image.config()), image.layers().stream()).toList();
      case Manifest.Index index -> index.manifests();
    };
  }

  /** The media type of a manifest of a repository; empty if that doesn't have it. */
  static Optional<MediaType> mediaType(Session session, RepositoryKey repository, Digest digest)
      throws SQLException {
    return session.first(
        row -> new MediaType(row.getString(1)),
        "SELECT media_type FROM repository_manifests WHERE" + IS_REPOSITORY + "AND digest = ?",
        upstream(repository),
        name(repository),
        digest.toString());
  }

  /** The media type of a manifest in the repository that has had it longest. */
  static Optional<MediaType> mediaType(Session session, Digest digest) throws SQLException {
    return session.first(
        row -> new MediaType(row.getString(1)),
        """
        SELECT media_type FROM repository_manifests WHERE digest = ?
        ORDER BY repository_id LIMIT 1
        """,
        digest.toString());
  }

  /** The bytes of a manifest. */
  static Optional<byte[]> content(Session session, Digest digest) throws SQLException {
    return session.first(
        row -> row.getBytes(1),
        "SELECT content FROM manifests WHERE digest = ?",
        digest.toString());
  }

  /** See {@link dev.larder.store.Catalog#deleteManifest}. Tags and references go by cascade. */
  static boolean delete(Session session, RepositoryKey repository, Digest digest, Instant now)
      throws SQLException {
    Optional<Long> id = Repositories.find(session, repository);
    if (id.isEmpty()) {
      return false;
    }
    Unused.loseManifest(session, id.get(), digest.toString(), now);
    return delete(session, id.get(), digest);
  }

  /** Takes a manifest out of the repository of that number; whether it was there. */
  static boolean delete(Session session, long id, Digest digest) throws SQLException {
    int deleted =
        session.change(
            "DELETE FROM repository_manifests WHERE repository_id = ? AND digest = ?",
            id,
            digest.toString());
    if (deleted > 0) {
      session.change(
          """
          DELETE FROM manifests WHERE digest = ? AND NOT EXISTS
            (SELECT 1 FROM repository_manifests m WHERE m.digest = manifests.digest)
          """,
          digest.toString());
    }
    return deleted > 0;
  }

  /** Takes a manifest out of all repositories. */
  static int delete(Session session, Digest digest, Instant now) throws SQLException {
    List<Long> mirrors =
        session.all(
            row -> row.getLong(1),
            """
            SELECT p.id FROM repository_manifests m JOIN repositories p ON p.id = m.repository_id
            WHERE m.digest = ? AND p.upstream <> ''
            """,
            digest.toString());
    for (long id : mirrors) {
      List<Digest> blobs = Evictable.references(session, id, digest);
      delete(session, id, digest);
      Evictable.release(session, id, blobs, now);
    }
    session.change("DELETE FROM repository_manifests WHERE digest = ?", digest.toString());
    return session.change("DELETE FROM manifests WHERE digest = ?", digest.toString());
  }

  /** A page of all manifests. */
  static List<Digest> all(Session session, Optional<Digest> after, int limit) throws SQLException {
    return session.all(
        row -> Columns.digest(row, 1),
        "SELECT digest FROM manifests WHERE digest > ? ORDER BY digest LIMIT ?",
        after.map(Digest::toString).orElse(""),
        limit);
  }

  /** See {@link dev.larder.store.Catalog#describedSize}. */
  static OptionalLong describedSize(Session session, RepositoryKey repository, Digest digest)
      throws SQLException {
    return session
        .all(
            row -> row.getLong(1),
            "SELECT size FROM manifest_references WHERE"
                + IS_REPOSITORY
                + "AND digest = ? ORDER BY size DESC LIMIT 1",
            upstream(repository),
            name(repository),
            digest.toString())
        .stream()
        .mapToLong(Long::longValue)
        .findFirst();
  }

  /** See {@link dev.larder.store.Catalog#referrers}; in the order of their digests. */
  static List<Descriptor> referrers(Session session, RepositoryKey repository, Digest subject)
      throws SQLException {
    return session.all(
        row ->
            new Descriptor(
                new MediaType(row.getString(1)),
                Columns.digest(row, 2),
                row.getLong(3),
                Optional.ofNullable(row.getString(4)),
                Columns.strings(row, 5)),
        """
        SELECT m.media_type, m.digest, length(c.content), r.artifact_type, r.annotations
        FROM repositories
        JOIN referrers r ON r.repository_id = repositories.id
        JOIN repository_manifests m
          ON m.repository_id = r.repository_id AND m.digest = r.manifest
        JOIN manifests c ON c.digest = r.manifest
        WHERE repositories.upstream = ? AND repositories.name = ? AND r.subject = ?
        ORDER BY m.digest
        """,
        upstream(repository),
        name(repository),
        subject.toString());
  }
}
