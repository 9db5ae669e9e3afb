package dev.larder.store.sql;

import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.oci.Tag;
import dev.larder.store.Inventory;
import dev.larder.store.RepositoryKey;
import dev.larder.store.StoredImage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lists and counts what is in the catalog's file. A page of a list is one query, or two. */
final class SqliteInventory implements Inventory {
  /**
   * A layer that two images of an index share counts once. What is here for another repository's
   * sake counts as well: a client that has it from there doesn't ask for it again. The join is to
   * be done in this order.
   */
  private static final String SIZE =
      """
       (SELECT COALESCE(SUM(
            (SELECT b.size FROM repository_blobs b WHERE b.digest = d.digest LIMIT 1)), 0)
          FROM
           (SELECT r.digest FROM manifest_references r
              WHERE r.repository_id = c.repository_id AND r.manifest = c.digest
            UNION
            SELECT r.digest FROM manifest_references i CROSS JOIN manifest_references r
              WHERE i.repository_id = c.repository_id AND i.manifest = c.digest
                AND r.manifest = i.digest AND r.repository_id =
                  (SELECT m.repository_id FROM repository_manifests m
                   WHERE m.digest = i.digest LIMIT 1)) d)
      """;

  private static final String COLUMNS =
      "SELECT p.upstream, p.name, %s, c.digest, c.media_type,"
          + SIZE
          + ", %s.pulls, %<s.pulled_at, "
          + Pins.HOLD;

  /** The joins are to be done in this order, which is that of the pages. */
  private static final String TAGGED =
      COLUMNS.formatted("t.name", "t")
          + """
          FROM repositories p CROSS JOIN tags t CROSS JOIN repository_manifests c
          WHERE t.repository_id = p.id AND c.repository_id = p.id AND c.digest = t.digest
            AND (p.upstream, p.name) >= (?, ?)
            AND NOT (p.upstream = ? AND p.name = ? AND t.name <= ?)
          """;

  private static final String UNTAGGED =
      COLUMNS.formatted("NULL", "c")
          + """
          FROM repositories p CROSS JOIN repository_manifests c
          WHERE c.repository_id = p.id
            AND (p.upstream, p.name) >= (?, ?)
            AND NOT (p.upstream = ? AND p.name = ? AND c.digest <= ?)
            AND
          """
          + Unused.MANIFEST;

  private static final String REGISTRY =
      "CASE WHEN p.upstream = '' THEN '' ELSE p.upstream || '/' END || p.name";

  private static final String IMAGES =
      """
      SELECT p.upstream, p.name, COUNT(*)
      FROM repositories p JOIN repository_manifests c ON c.repository_id = p.id
      WHERE EXISTS (SELECT 1 FROM tags t
          WHERE t.repository_id = c.repository_id AND t.digest = c.digest)
        OR
      """
          + Unused.MANIFEST
          + "GROUP BY p.upstream, p.name";

  private static final String TAGS =
      """
      SELECT p.upstream, p.name, COUNT(*)
      FROM repositories p JOIN tags t ON t.repository_id = p.id GROUP BY p.upstream, p.name
      """;

  private static final String BYTES =
      """
      SELECT upstream, SUM(size) FROM
        (SELECT DISTINCT p.upstream, b.digest, b.size
         FROM repositories p JOIN repository_blobs b ON b.repository_id = p.id) d
      GROUP BY upstream
      """;

  private static final String ALL_BYTES =
      """
      SELECT COALESCE(SUM(size), 0) FROM
        (SELECT MAX(size) AS size FROM repository_blobs GROUP BY digest) d
      """;

  private final Database database;

  SqliteInventory(Database database) {
    this.database = database;
  }

  @Override
  public List<StoredImage> images(Selection selection, Optional<StoredImage.Key> after, int limit) {
    return database.read(
        session -> {
          boolean tagged = after.isEmpty() || after.get().tag().isPresent();
          List<StoredImage> page = new ArrayList<>();
          if (tagged) {
            page.addAll(
                page(
                    session,
                    TAGGED + condition(selection, " || ':' || t.name"),
                    " ORDER BY p.upstream, p.name, t.name LIMIT ?",
                    selection,
                    position(after, after.flatMap(StoredImage.Key::tag).map(Tag::value)),
                    limit));
          }
          if (page.size() < limit) {
            Optional<StoredImage.Key> last = tagged ? Optional.empty() : after;
            page.addAll(
                page(
                    session,
                    UNTAGGED + condition(selection, " || '@' || c.digest"),
                    " ORDER BY p.upstream, p.name, c.digest LIMIT ?",
                    selection,
                    position(last, last.map(key -> key.digest().toString())),
                    limit - page.size()));
          }
          return page;
        });
  }

  private static List<StoredImage> page(
      Session session,
      String query,
      String order,
      Selection selection,
      List<String> position,
      int limit)
      throws SQLException {
    List<Object> parameters = new ArrayList<>(position);
    switch (selection) {
      case Selection.All _ -> {}
      case Selection.Named(String text) -> parameters.add(pattern(text));
      case Selection.Of(RepositoryKey repository) -> {
        parameters.add(Repositories.upstream(repository));
        parameters.add(Repositories.name(repository));
        parameters.add(repository.overlay().map(Repositories::name).orElse(""));
      }
    }
    parameters.add(limit);
    return session.all(SqliteInventory::image, query + order, parameters.toArray());
  }

  private static List<String> position(Optional<StoredImage.Key> after, Optional<String> name) {
    String upstream = after.map(key -> Repositories.upstream(key.repository())).orElse("");
    String repository = after.map(key -> Repositories.name(key.repository())).orElse("");
    return List.of(upstream, repository, upstream, repository, name.orElse(""));
  }

  private static String condition(Selection selection, String reference) {
    return switch (selection) {
      case Selection.All _ -> "";
      case Selection.Named _ -> " AND " + REGISTRY + reference + " LIKE ? ESCAPE '\\'";
      case Selection.Of _ ->
          " AND (p.upstream = ? AND p.name = ? OR p.upstream = '' AND p.name = ?)";
    };
  }

  private static String pattern(String text) {
    String escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    return text.indexOf('*') < 0 ? "%" + escaped + "%" : escaped.replace('*', '%');
  }

  private static StoredImage image(ResultSet row) throws SQLException {
    long pulledAt = row.getLong(8);
    boolean never = row.wasNull();
    return new StoredImage(
        new StoredImage.Key(
            Repositories.key(row.getString(1), row.getString(2)),
            Optional.ofNullable(row.getString(3)).map(Tag::new),
            Columns.digest(row, 4)),
        new MediaType(row.getString(5)),
        row.getLong(6),
        row.getLong(7),
        never ? Optional.empty() : Optional.of(Instant.ofEpochMilli(pulledAt)),
        row.getBoolean(9));
  }

  @Override
  public Stock stock() {
    return database.read(
        session -> {
          Map<RepositoryKey, Totals> totals = new HashMap<>();
          add(session, totals, row -> new Totals(1, row.getLong(3), 0), IMAGES);
          add(session, totals, row -> new Totals(0, 0, row.getLong(3)), TAGS);
          Map<Optional<RegistryName>, Long> bytes = new HashMap<>();
          session
              .all(row -> Map.entry(Repositories.registry(row.getString(1)), row.getLong(2)), BYTES)
              .forEach(one -> bytes.put(one.getKey(), one.getValue()));
          return stock(totals, bytes, allBytes(session));
        });
  }

  @Override
  public long allBytes() {
    return database.read(session -> allBytes(session));
  }

  private static long allBytes(Session session) throws SQLException {
    return session.first(row -> row.getLong(1), ALL_BYTES).orElse(0L);
  }

  private static void add(
      Session session, Map<RepositoryKey, Totals> totals, Session.Row<Totals> reader, String query)
      throws SQLException {
    session
        .all(
            row ->
                Map.entry(Repositories.key(row.getString(1), row.getString(2)), reader.read(row)),
            query)
        .forEach(one -> totals.merge(one.getKey(), one.getValue(), Totals::plus));
  }

  private static Stock stock(
      Map<RepositoryKey, Totals> totals, Map<Optional<RegistryName>, Long> bytes, long allBytes) {
    Totals hosted = Totals.NONE;
    Totals overlays = Totals.NONE;
    Map<RegistryName, Totals> mirrored = new HashMap<>();
    for (Map.Entry<RepositoryKey, Totals> one : totals.entrySet()) {
      RepositoryKey repository = one.getKey();
      if (repository.upstream().isPresent()) {
        mirrored.merge(repository.upstream().get(), one.getValue(), Totals::plus);
      } else if (repository.overlaid().isPresent()) {
        overlays = overlays.plus(one.getValue());
      } else {
        hosted = hosted.plus(one.getValue());
      }
    }
    return new Stock(hosted, overlays, mirrored, bytes, allBytes);
  }
}
