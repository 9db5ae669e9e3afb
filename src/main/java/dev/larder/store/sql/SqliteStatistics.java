package dev.larder.store.sql;

import dev.larder.metrics.Count;
import dev.larder.metrics.Counts;
import dev.larder.oci.Digest;
import dev.larder.oci.Tag;
import dev.larder.store.Pulls;
import dev.larder.store.Statistics;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The statistics in the catalog's file. */
final class SqliteStatistics implements Statistics {
  private record Row(LocalDate day, String upstream, String counted, long number) {}

  private final Database database;

  SqliteStatistics(Database database) {
    this.database = database;
  }

  @Override
  public void add(LocalDate day, Map<String, Counts> counts, List<Pulls> pulls) {
    database.write(
        session -> {
          session.change("DELETE FROM day_counts WHERE day <= ?", day.minusDays(DAYS).toEpochDay());
          for (Map.Entry<String, Counts> one : counts.entrySet()) {
            add(session, day, one.getKey(), one.getValue());
          }
          for (Pulls one : pulls) {
            add(session, one);
          }
          return pulls;
        });
  }

  private static void add(Session session, LocalDate day, String upstream, Counts counts)
      throws SQLException {
    for (Map.Entry<Count, Long> count : counts.values().entrySet()) {
      session.change(
          """
          INSERT INTO day_counts (day, upstream, counted, number) VALUES (?, ?, ?, ?)
          ON CONFLICT (day, upstream, counted)
          DO UPDATE SET number = day_counts.number + excluded.number
          """,
          day.toEpochDay(),
          upstream,
          count.getKey().name(),
          count.getValue());
    }
  }

  private static void add(Session session, Pulls pulls) throws SQLException {
    String ofThisImage =
        switch (pulls.reference()) {
          case Tag _ -> "UPDATE tags SET pulls = pulls + ?, pulled_at = ? WHERE %s AND name = ?";
          case Digest _ ->
              "UPDATE repository_manifests SET pulls = pulls + ?, pulled_at = ?"
                  + " WHERE %s AND digest = ?";
        };
    session.change(
        ofThisImage.formatted(Repositories.IS_REPOSITORY),
        pulls.number(),
        pulls.last().toEpochMilli(),
        Repositories.upstream(pulls.repository()),
        Repositories.name(pulls.repository()),
        pulls.reference().toString());
    if (pulls.repository().upstream().isPresent()) {
      Evictable.use(session, pulls.repository(), pulls.reference().toString(), pulls.last());
    }
  }

  @Override
  public Map<LocalDate, Map<String, Counts>> days() {
    List<Row> rows =
        database.read(
            session ->
                session.all(
                    row ->
                        new Row(
                            LocalDate.ofEpochDay(row.getLong(1)),
                            row.getString(2),
                            row.getString(3),
                            row.getLong(4)),
                    "SELECT day, upstream, counted, number FROM day_counts"));
    Map<LocalDate, Map<String, Counts>> days = new TreeMap<>();
    for (Row row : rows) {
      count(row.counted())
          .ifPresent(
              count ->
                  days.computeIfAbsent(row.day(), _ -> new TreeMap<>())
                      .merge(
                          row.upstream(),
                          new Counts(new EnumMap<>(Map.of(count, row.number()))),
                          Counts::plus));
    }
    return days;
  }

  /** Empty for what another version of Larder has counted. */
  private static Optional<Count> count(String name) {
    for (Count count : Count.values()) {
      if (count.name().equals(name)) {
        return Optional.of(count);
      }
    }
    return Optional.empty();
  }
}
