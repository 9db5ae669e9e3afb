package dev.larder.store.sql;

import static dev.larder.store.sql.Repositories.IS_REPOSITORY;
import static dev.larder.store.sql.Repositories.name;
import static dev.larder.store.sql.Repositories.upstream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.Manifest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.CachedContent;
import dev.larder.store.Catalog;
import dev.larder.store.Document;
import dev.larder.store.HostedContent;
import dev.larder.store.Inventory;
import dev.larder.store.LastAnswer;
import dev.larder.store.MissingPart;
import dev.larder.store.Pin;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Statistics;
import dev.larder.store.StoredManifest;
import dev.larder.store.sql.Unused.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The catalog in one SQLite file (and its {@code -wal} and {@code -shm}). Its tables are described
 * in {@code 001-catalog.sql} and the steps that follow, beside this class.
 *
 * <p>A change is one transaction, and is on the disk when its method returns. Changes wait for each
 * other, in the order in which they came; reads wait for no change.
 */
public final class SqliteCatalog implements Catalog, Closeable {
  private static final long CACHE_BYTES = 16 << 20;
  private static final int CACHE_ENTRY_BYTES = 256;

  private final Database database;
  private final InstantSource clock;

  /** Manifests' bytes. Who may have them is asked of the database each time. */
  private final Cache<Digest, byte[]> contents =
      Caffeine.newBuilder()
          .maximumWeight(CACHE_BYTES)
          .weigher((Digest digest, byte[] content) -> content.length + CACHE_ENTRY_BYTES)
          .executor(Runnable::run)
          .build();

  /** The blobs that repositories have. */
  private final RecentBlobs linked = new RecentBlobs();

  /** The blobs of hosted repositories to which a manifest there refers. */
  private final RecentBlobs referredTo = new RecentBlobs();

  /**
   * Opens the catalog in {@code file}, which is made if it isn't there; its folder must be.
   *
   * @param clock tells when things are last of use
   * @param makeRoom is asked to make some where something is to be removed and the disk is full;
   *     false if it can't
   * @throws IOException if it can't be opened, or was written by a newer version of Larder
   */
  public SqliteCatalog(Path file, InstantSource clock, BooleanSupplier makeRoom)
      throws IOException {
    this.database = new Database(file, clock.instant(), makeRoom);
    this.clock = clock;
  }

  /** The same, for which nobody makes room. */
  public SqliteCatalog(Path file, InstantSource clock) throws IOException {
    this(file, clock, () -> false);
  }

  /** Does what may remove something. What is remembered of blobs is forgotten even if it fails. */
  private <T> T remove(Database.Work<T> work) {
    try {
      return database.remove(work);
    } finally {
      linked.forget();
      referredTo.forget();
    }
  }

  /** Lists what is here; to be used until this is closed. */
  public Inventory inventory() {
    return new SqliteInventory(database);
  }

  /** What was counted, which is kept here; to be used until this is closed. */
  public Statistics statistics() {
    return new SqliteStatistics(database);
  }

  @Override
  public Optional<Digest> tag(RepositoryKey repository, Tag tag) {
    return database.read(
        session ->
            session.first(
                row -> Columns.digest(row, 1),
                "SELECT digest FROM tags WHERE" + IS_REPOSITORY + "AND name = ?",
                upstream(repository),
                name(repository),
                tag.value()));
  }

  @Override
  public Optional<StoredManifest> manifest(RepositoryKey repository, Digest digest) {
    return database.read(
        session -> withContent(session, digest, Manifests.mediaType(session, repository, digest)));
  }

  @Override
  public Optional<StoredManifest> manifest(Digest digest) {
    return database.read(
        session -> withContent(session, digest, Manifests.mediaType(session, digest)));
  }

  private Optional<StoredManifest> withContent(
      Session session, Digest digest, Optional<MediaType> mediaType) throws SQLException {
    if (mediaType.isEmpty()) {
      return Optional.empty();
    }
    Optional<byte[]> content = Optional.ofNullable(contents.getIfPresent(digest));
    if (content.isEmpty()) {
      // Empty if it has been deleted since the media type was read.
      content = Manifests.content(session, digest);
      if (content.isPresent()) {
        contents.put(digest, verified(digest, content.get()));
      }
    }
    return content.map(bytes -> new StoredManifest(digest, mediaType.get(), bytes));
  }

  private static byte[] verified(Digest digest, byte[] content) throws SQLException {
    if (!Digest.of(digest.algorithm(), content).equals(digest)) {
      throw new SQLException(
          "the manifest %s has become damaged: run larder verify".formatted(digest));
    }
    return content;
  }

  @Override
  public void putManifest(
      RepositoryKey repository,
      StoredManifest manifest,
      Optional<Manifest> parsed,
      Optional<Tag> tag) {
    put(
        session -> {
          Manifests.put(session, repository, manifest, parsed, tag, clock.instant());
          return manifest;
        });
  }

  /** Does what may put a manifest in the place of one that referred to something else. */
  private <T> T put(Database.Work<T> work) {
    try {
      return database.write(work);
    } finally {
      referredTo.forget();
    }
  }

  @Override
  public List<Digest> putCompleteManifest(
      RepositoryKey repository, StoredManifest manifest, Manifest parsed, Optional<Tag> tag) {
    return put(
        session -> {
          List<Digest> missing = Manifests.missing(session, repository, parsed);
          if (missing.isEmpty()) {
            Manifests.put(session, repository, manifest, Optional.of(parsed), tag, clock.instant());
          }
          return missing;
        });
  }

  @Override
  public boolean deleteManifest(RepositoryKey repository, Digest digest) {
    return remove(session -> Manifests.delete(session, repository, digest, clock.instant()));
  }

  @Override
  public boolean deleteTag(RepositoryKey repository, Tag tag) {
    return remove(
        session -> {
          Optional<Long> id = Repositories.find(session, repository);
          if (id.isPresent()) {
            Unused.loseTag(session, id.get(), tag.value(), clock.instant());
          }
          return session.change(
                  "DELETE FROM tags WHERE" + IS_REPOSITORY + "AND name = ?",
                  upstream(repository),
                  name(repository),
                  tag.value())
              > 0;
        });
  }

  @Override
  public List<Tag> tags(RepositoryKey repository, Optional<String> after, int limit) {
    return database.read(
        session ->
            session.all(
                row -> new Tag(row.getString(1)),
                "SELECT name FROM tags WHERE"
                    + IS_REPOSITORY
                    + "AND name > ? ORDER BY name LIMIT ?",
                upstream(repository),
                name(repository),
                after.orElse(""),
                limit));
  }

  @Override
  public boolean exists(RepositoryKey repository) {
    return database.read(session -> Repositories.hasContent(session, repository));
  }

  @Override
  public List<RepositoryName> hostedRepositories(Optional<String> after, int limit) {
    return database.read(session -> Repositories.hosted(session, after.orElse(""), limit));
  }

  @Override
  public List<Descriptor> referrers(RepositoryKey repository, Digest subject) {
    return database.read(session -> Manifests.referrers(session, repository, subject));
  }

  @Override
  public boolean hasBlob(RepositoryKey repository, Digest digest) {
    return linked.isTrue(repository, digest, () -> blobSize(repository, digest).isPresent());
  }

  @Override
  public OptionalLong blobSize(RepositoryKey repository, Digest digest) {
    return database.read(session -> Blobs.size(session, repository, digest));
  }

  @Override
  public OptionalLong describedSize(RepositoryKey repository, Digest digest) {
    return database.read(session -> Manifests.describedSize(session, repository, digest));
  }

  @Override
  public void linkBlob(RepositoryKey repository, Digest digest, long size) {
    database.write(session -> Blobs.link(session, repository, digest, size, clock.instant()));
  }

  @Override
  public boolean unlinkBlob(RepositoryKey repository, Digest digest) {
    return remove(session -> Blobs.unlink(session, repository, digest));
  }

  @Override
  public boolean useBlob(RepositoryKey repository, Digest digest) {
    return referredTo.isTrue(
            repository, digest, () -> isReferredTo(Kind.BLOBS, repository, digest).orElse(false))
        || use(Kind.BLOBS, repository, digest);
  }

  @Override
  public boolean useManifest(RepositoryKey repository, Digest digest) {
    return use(Kind.MANIFESTS, repository, digest);
  }

  private boolean use(Kind kind, RepositoryKey repository, Digest digest) {
    return isReferredTo(kind, repository, digest)
        .map(
            referredTo ->
                referredTo
                    || database.write(
                        session -> Unused.use(session, kind, repository, digest, clock.instant())))
        .orElse(false);
  }

  private Optional<Boolean> isReferredTo(Kind kind, RepositoryKey repository, Digest digest) {
    return database.read(session -> Unused.isReferredTo(session, kind, repository, digest));
  }

  @Override
  public List<HostedContent> unusedBlobs(Instant until, Optional<HostedContent> after, int limit) {
    return database.read(session -> Unused.list(session, Kind.BLOBS, until, after, limit));
  }

  @Override
  public boolean unlinkUnusedBlob(RepositoryKey repository, Digest digest, Instant until) {
    return remove(
        session ->
            Unused.is(session, Kind.BLOBS, repository, digest, until)
                && Blobs.unlink(session, repository, digest));
  }

  @Override
  public List<HostedContent> unusedManifests(
      Instant until, Optional<HostedContent> after, int limit) {
    return database.read(session -> Unused.list(session, Kind.MANIFESTS, until, after, limit));
  }

  @Override
  public boolean deleteUnusedManifest(RepositoryKey repository, Digest digest, Instant until) {
    return remove(
        session ->
            Unused.is(session, Kind.MANIFESTS, repository, digest, until)
                && Manifests.delete(session, repository, digest, clock.instant()));
  }

  @Override
  public List<Digest> linkedBlobs(Optional<Digest> after, int limit) {
    return database.read(session -> Blobs.linked(session, after, limit));
  }

  @Override
  public void unlinkBlob(Digest digest) {
    remove(session -> Blobs.unlink(session, digest));
  }

  @Override
  public List<Digest> manifests(Optional<Digest> after, int limit) {
    return database.read(session -> Manifests.all(session, after, limit));
  }

  @Override
  public Optional<byte[]> unverifiedManifest(Digest digest) {
    return database.read(session -> Manifests.content(session, digest));
  }

  @Override
  public List<String> namesOf(Digest manifest) {
    return database.read(session -> Inspection.namesOf(session, manifest));
  }

  @Override
  public void deleteManifest(Digest digest) {
    remove(session -> Manifests.delete(session, digest, clock.instant()));
    contents.invalidate(digest);
  }

  @Override
  public List<MissingPart> missingParts() {
    return database.read(Inspection::missingParts);
  }

  @Override
  public List<String> damages() {
    return database.read(Inspection::damages);
  }

  @Override
  public Optional<Instant> lastDone(String task) {
    return database.read(
        session ->
            session.first(
                row -> Instant.ofEpochMilli(row.getLong(1)),
                "SELECT done_at FROM upkeep WHERE task = ?",
                task));
  }

  @Override
  public void done(String task) {
    database.write(
        session ->
            session.change(
                """
                INSERT INTO upkeep (task, done_at) VALUES (?, ?)
                ON CONFLICT (task) DO UPDATE SET done_at = excluded.done_at
                """,
                task,
                clock.instant().toEpochMilli()));
  }

  @Override
  public boolean isBlobLinked(Digest digest) {
    return database.read(session -> Blobs.isLinked(session, digest));
  }

  @Override
  public List<Digest> unlinkedBlobs(List<Digest> digests) {
    return database.read(session -> Blobs.unlinked(session, digests));
  }

  @Override
  public boolean isBlobOpen(Digest digest) {
    return database.read(session -> Blobs.isOpen(session, digest));
  }

  @Override
  public boolean isBlobPrivate(Digest digest, RegistryName upstream) {
    return database.read(session -> Blobs.isPrivate(session, digest, upstream));
  }

  @Override
  public Set<RepositoryKey> privateRepositories() {
    return database.read(Repositories::privateOnes);
  }

  @Override
  public void setPrivate(RepositoryKey repository, boolean isPrivate) {
    database.write(
        session ->
            session.change(
                "UPDATE repositories SET private = ? WHERE id = ?",
                isPrivate ? 1 : 0,
                Repositories.id(session, repository)));
  }

  @Override
  public Optional<RepositoryName> hostedRepositoryWith(Digest digest) {
    return database.read(session -> Repositories.hostedWith(session, digest));
  }

  @Override
  public Optional<LastAnswer<Digest>> lastAnswer(RepositoryKey repository, Tag tag) {
    return database.read(
        session ->
            session.first(
                row ->
                    new LastAnswer<>(Columns.digest(row, 1), Instant.ofEpochMilli(row.getLong(2))),
                "SELECT digest, checked_at FROM tags WHERE" + IS_REPOSITORY + "AND name = ?",
                upstream(repository),
                name(repository),
                tag.value()));
  }

  @Override
  public void confirm(RepositoryKey repository, Tag tag) {
    database.write(
        session ->
            session.change(
                "UPDATE tags SET checked_at = ? WHERE" + IS_REPOSITORY + "AND name = ?",
                clock.instant().toEpochMilli(),
                upstream(repository),
                name(repository),
                tag.value()));
  }

  @Override
  public Optional<LastAnswer<Document>> document(RepositoryKey repository, String key) {
    return database.read(session -> Documents.find(session, repository, key));
  }

  @Override
  public void putDocument(RepositoryKey repository, String key, Document document) {
    database.write(
        session -> {
          Documents.put(session, repository, key, document, clock.instant());
          return document;
        });
  }

  @Override
  public long mirroredBytes() {
    return database.read(session -> Sums.read(session, Sums.MIRRORED));
  }

  @Override
  public List<CachedContent> leastRecentlyUsed(
      CachedContent.Kind kind, Instant until, Optional<CachedContent> after, int limit) {
    return database.read(session -> Evictable.list(session, kind, until, after, limit));
  }

  @Override
  public List<Digest> blobsOf(CachedContent content) {
    return database.read(session -> Evictable.blobsOf(session, content));
  }

  @Override
  public List<Tag> tags(CachedContent content) {
    return database.read(session -> Evictable.tags(session, content));
  }

  @Override
  public Optional<List<Digest>> evict(CachedContent content) {
    return remove(session -> Evictable.evict(session, content));
  }

  @Override
  public void pin(Pin pin) {
    database.write(
        session -> {
          Pins.add(session, pin.repository(), pin.reference());
          return pin;
        });
  }

  @Override
  public boolean unpin(Pin pin) {
    return remove(session -> Pins.remove(session, pin.repository(), pin.reference()));
  }

  @Override
  public List<Pin> pins() {
    return database.read(Pins::all);
  }

  /** Waits for the work that is going on, and closes the file. */
  @Override
  public void close() throws IOException {
    database.close();
  }
}
