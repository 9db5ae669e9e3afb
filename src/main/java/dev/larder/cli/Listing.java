package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;

/** Prints a list that comes in pages, of which only one is kept. */
final class Listing {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * A column of a table.
   *
   * @param header in capitals
   * @param in which of the two tables it stands
   * @param text what stands there of an item
   */
  record Column(String header, Width in, Function<JsonNode, String> text) {

    /** Which tables a column is for. */
    enum Width {
      BOTH,
      NARROW,
      WIDE
    }

    /** One of both tables. */
    static Column of(String header, Function<JsonNode, String> text) {
      return new Column(header, Width.BOTH, text);
    }

    /** One of the narrow table. */
    static Column narrow(String header, Function<JsonNode, String> text) {
      return new Column(header, Width.NARROW, text);
    }

    /** One of the wide table. */
    static Column wide(String header, Function<JsonNode, String> text) {
      return new Column(header, Width.WIDE, text);
    }
  }

  private final PrintWriter out;
  private final ViewFormat format;
  private final String field;
  private final List<Column> columns;
  private final Table table;
  private boolean begun;

  /**
   * @param field what the list is called in JSON and YAML; its items have a field {@code name}
   * @param columns of the tables
   */
  Listing(PrintWriter out, ViewFormat format, String field, List<Column> columns) {
    this.out = out;
    this.format = format;
    this.field = field;
    this.columns =
        columns.stream()
            .filter(
                column ->
                    column.in()
                        != (format == ViewFormat.WIDE ? Column.Width.NARROW : Column.Width.WIDE))
            .toList();
    this.table = new Table(out, this.columns.size());
  }

  /** Prints a page. */
  void add(Iterable<JsonNode> items) {
    for (JsonNode item : items) {
      add(item);
      begun = true;
    }
    table.flush();
    out.flush();
  }

  private void add(JsonNode item) {
    switch (format) {
      case TEXT, WIDE -> {
        if (!begun) {
          table.add(columns.stream().map(Column::header).toList());
        }
        table.add(columns.stream().map(column -> column.text().apply(item)).toList());
      }
      case JSON -> out.print((begun ? "," : "{\"" + field + "\":[") + item);
      case YAML -> out.print((begun ? "" : field + ":\n") + yaml(item));
      case NAME -> out.println(item.path("name").asText());
    }
  }

  private static String yaml(JsonNode item) {
    return Yaml.text(JSON.createArrayNode().add(item));
  }

  /**
   * Ends the list.
   *
   * @param none what to tell people if it is empty
   */
  void end(String none) {
    switch (format) {
      case TEXT, WIDE -> {
        if (!begun) {
          out.println(none);
        }
      }
      case JSON -> out.println(begun ? "]}" : "{\"" + field + "\":[]}");
      case YAML -> out.print(begun ? "" : field + ": []\n");
      case NAME -> {}
    }
    out.flush();
  }
}
