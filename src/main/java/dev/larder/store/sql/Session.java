package dev.larder.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A connection and the statements that were prepared on it. For one thread at a time. */
final class Session implements AutoCloseable {
  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Session(Connection connection) {
    this.connection = connection;
  }

  /** Makes a value of the row that {@code row} stands on. */
  @FunctionalInterface
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Looks at the row that {@code row} stands on. */
  @FunctionalInterface
  interface Look {
    void at(ResultSet row) throws SQLException;
  }

  /** The first row of a query; empty if it has none. */
  <T> Optional<T> first(Row<T> reader, String sql, Object... parameters) throws SQLException {
    try (ResultSet rows = bind(sql, parameters).executeQuery()) {
      return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
    }
  }

  /** All rows of a query. */
  <T> List<T> all(Row<T> reader, String sql, Object... parameters) throws SQLException {
    List<T> values = new ArrayList<>();
    each(row -> values.add(reader.read(row)), sql, parameters);
    return values;
  }

  /** Looks at each row of a query, of which there may be many. */
  void each(Look look, String sql, Object... parameters) throws SQLException {
    try (ResultSet rows = bind(sql, parameters).executeQuery()) {
      while (rows.next()) {
        look.at(rows);
      }
    }
  }

  /** Whether a query has a row. */
  boolean any(String sql, Object... parameters) throws SQLException {
    return first(row -> true, sql, parameters).isPresent();
  }

  /** Changes rows, and says how many. */
  int change(String sql, @Nullable Object... parameters) throws SQLException {
    PreparedStatement statement = bind(sql, parameters);
    try {
      return statement.executeUpdate();
    } finally {
      // A statement that is kept would keep a manifest's bytes.
      statement.clearParameters();
    }
  }

  /** Runs statements that are of no use a second time. */
  void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private PreparedStatement bind(String sql, @Nullable Object... parameters) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }

  /** Closes the connection, and with it the statements. */
  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
