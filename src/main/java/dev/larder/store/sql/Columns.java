package dev.larder.store.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.larder.oci.Digest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;

/** How values that SQL has no type for stand in columns of text. */
final class Columns {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};

  private Columns() {}

  /** Reads the column of that number, from 1 on, as a digest. */
  static Digest digest(ResultSet row, int column) throws SQLException {
    String text = row.getString(column);
    return Digest.parse(text).orElseThrow(() -> new SQLException("not a digest: " + text));
  }

  /** Reads the column of that number, from 1 on, as what {@link #json} made. */
  static Map<String, String> strings(ResultSet row, int column) throws SQLException {
    try {
      return JSON.readValue(row.getString(column), STRINGS);
    } catch (JsonProcessingException e) {
      throw new SQLException("not an object of strings: " + e.getOriginalMessage(), e);
    }
  }

  /** {@code strings} as a JSON object. */
  static String json(Map<String, String> strings) throws SQLException {
    try {
      return JSON.writeValueAsString(strings);
    } catch (JsonProcessingException e) {
      throw new SQLException("strings that JSON can't hold: " + e.getOriginalMessage(), e);
    }
  }
}
