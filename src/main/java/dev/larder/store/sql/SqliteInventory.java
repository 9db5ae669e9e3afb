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
import java.util.function.LongFunction;

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

  /** Of each repository. Its rows are counted by its number, so that no index is searched. */
  private static final String COUNTS =
      """
      SELECT p.upstream, p.name, n.number
      FROM (SELECT c.repository_id, COUNT(*) AS number FROM %s GROUP BY c.repository_id) n
      CROSS JOIN repositories p WHERE p.id = n.repository_id
      """;

  private static final String IMAGES =
      COUNTS.formatted(
          """
          repository_manifests c WHERE EXISTS (SELECT 1 FROM tags t
              WHERE t.repository_id = c.repository_id AND t.digest = c.digest)
            OR
          """
              + Unused.MANIFEST);

  private static final String TAGS = COUNTS.formatted("tags c");

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
          Counter counter = new Counter();
          counter.add(session, IMAGES, images -> new Totals(1, images, 0));
          counter.add(session, TAGS, tags -> new Totals(0, 0, tags));
          return new Stock(
              counter.hosted,
              counter.overlays,
              counter.mirrored(),
              Sums.byUpstream(session),
              allBytes(session));
        });
  }

  @Override
  public long allBytes() {
    return database.read(SqliteInventory::allBytes);
  }

  private static long allBytes(Session session) throws SQLException {
    return Sums.read(session, Sums.BLOBS);
  }

  /** Numbers of repositories, summed up. */
  private static final class Counter {
    private Totals hosted = Totals.NONE;
    private Totals overlays = Totals.NONE;
    private final Map<String, Totals> byUpstream = new HashMap<>();

    /** Adds what a query gives: rows of upstream, name and number. */
    void add(Session session, String query, LongFunction<Totals> totals) throws SQLException {
      session.each(
          row -> add(row.getString(1), row.getString(2), totals.apply(row.getLong(3))), query);
    }

    private void add(String upstream, String name, Totals more) {
      if (!upstream.isEmpty()) {
        byUpstream.merge(upstream, more, Totals::plus);
      } else if (Repositories.key(upstream, name).overlaid().isPresent()) {
        overlays = overlays.plus(more);
      } else {
        hosted = hosted.plus(more);
      }
    }

    Map<RegistryName, Totals> mirrored() {
      Map<RegistryName, Totals> mirrored = new HashMap<>();
      byUpstream.forEach((name, totals) -> mirrored.put(new RegistryName(name), totals));
      return mirrored;
    }
  }
}
