package dev.larder.store.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * The numbered steps that lead from an empty database to the schema of this version. A step that
 * has been released isn't changed any more; a change is a new step.
 */
final class Migrations {
  private static final List<String> STEPS =
      List.of(
          "001-catalog.sql",
          "002-last-use.sql",
          "003-statistics.sql",
          "004-eviction.sql",
          "005-freshness.sql",
          "006-private.sql",
          "007-totals.sql");

  private Migrations() {}

  /**
   * Takes the steps that are missing, all or none.
   *
   * @param file names the database in messages
   * @param now when that is
   * @throws IOException if a newer version has been here
   */
  static void apply(Session session, Path file, Instant now) throws IOException, SQLException {
    session.run("BEGIN IMMEDIATE");
    try {
      session.run("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
      int version =
          session.first(row -> row.getInt(1), "SELECT version FROM schema_version").orElse(0);
      if (version > STEPS.size()) {
        throw new IOException(
            ("the catalog %s has schema %d, and this version of Larder knows %d at most: use the"
                    + " newer Larder that wrote it, or another data folder")
                .formatted(file, version, STEPS.size()));
      }
      for (String step : STEPS.subList(version, STEPS.size())) {
        session.run(resource(step).replace("{now}", Long.toString(now.toEpochMilli())));
      }
      if (version < STEPS.size()) {
        session.change("DELETE FROM schema_version");
        session.change("INSERT INTO schema_version (version) VALUES (?)", STEPS.size());
      }
      session.run("COMMIT");
    } catch (IOException | SQLException | RuntimeException e) {
      session.run("ROLLBACK");
      throw e;
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream stream = Migrations.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IOException(name + " is missing from this build of Larder");
      }
      return new String(stream.readAllBytes(), UTF_8);
    }
  }
}
