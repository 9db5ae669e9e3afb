package dev.larder.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Text in columns, which are as wide as what is in them. Rows are printed when {@link #flush} says
 * so; those that come later keep to the columns, and widen them where they must.
 */
final class Table {
  private static final String GAP = "   ";

  private final PrintWriter out;
  private final List<List<String>> rows = new ArrayList<>();
  private final int[] widths;

  /**
   * @param columns how many there are
   */
  Table(PrintWriter out, int columns) {
    this.out = out;
    this.widths = new int[columns];
  }

  /** Adds a row, with a cell for each column. */
  void add(List<String> cells) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], cells.get(i).length());
    }
    rows.add(cells);
  }

  /** Whether nothing is to be printed. */
  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Prints what was added since the last time. */
  void flush() {
    for (List<String> cells : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(cells.get(i)).repeat(' ', widths[i] - cells.get(i).length()).append(GAP);
      }
      out.println(line.toString().stripTrailing());
    }
    rows.clear();
    out.flush();
  }
}
