package dev.larder.store.sql;

import static dev.larder.store.sql.Repositories.IS_REPOSITORY;
import static dev.larder.store.sql.Repositories.name;
import static dev.larder.store.sql.Repositories.upstream;

import dev.larder.store.Document;
import dev.larder.store.LastAnswer;
import dev.larder.store.RepositoryKey;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The table of upstreams' answers; the oldest make room for new ones. */
final class Documents {
  /** As many bytes as all of them may have: some hundred thousand pages of tags. */
  static final long MAX_BYTES = 64 << 20;

  private Documents() {}

  static Optional<LastAnswer<Document>> find(Session session, RepositoryKey repository, String key)
      throws SQLException {
    return session.first(
        row ->
            new LastAnswer<>(
                new Document(row.getBytes(1), Optional.ofNullable(row.getString(2))),
                Instant.ofEpochMilli(row.getLong(3))),
        "SELECT content, next_query, kept_at FROM documents WHERE"
            + IS_REPOSITORY
            + "AND document_key = ?",
        upstream(repository),
        name(repository),
        key);
  }

  static void put(
      Session session, RepositoryKey repository, String key, Document document, Instant now)
      throws SQLException {
    long id = Repositories.id(session, repository);
    remove(session, id, key);
    session.change(
        """
        INSERT INTO documents (repository_id, document_key, content, next_query, kept_at)
        VALUES (?, ?, ?, ?, ?)
        """,
        id,
        key,
        document.content(),
        document.next().orElse(null),
        now.toEpochMilli());
    Sums.add(session, Sums.DOCUMENTS, document.content().length);
    while (Sums.read(session, Sums.DOCUMENTS) > MAX_BYTES && removeOldest(session)) {}
  }

  private static boolean removeOldest(Session session) throws SQLException {
    record Key(long repository, String key) {}
    Optional<Key> oldest =
        session.first(
            row -> new Key(row.getLong(1), row.getString(2)),
            "SELECT repository_id, document_key FROM documents ORDER BY kept_at LIMIT 1");
    if (oldest.isPresent()) {
      remove(session, oldest.get().repository(), oldest.get().key());
    }
    return oldest.isPresent();
  }

  private static void remove(Session session, long repository, String key) throws SQLException {
    Optional<Long> bytes =
        session.first(
            row -> row.getLong(1),
            "SELECT LENGTH(content) FROM documents WHERE repository_id = ? AND document_key = ?",
            repository,
            key);
    if (bytes.isPresent()) {
      session.change(
          "DELETE FROM documents WHERE repository_id = ? AND document_key = ?", repository, key);
      Sums.add(session, Sums.DOCUMENTS, -bytes.get());
    }
  }
}
