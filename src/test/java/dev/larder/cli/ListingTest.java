package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.larder.cli.Listing.Column;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListingTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", Cells.text("name")),
          Column.narrow("SIZE", Cells.bytes("bytes")),
          Column.wide("BYTES", Cells.text("bytes")));

  private static JsonNode item(String name, long bytes) {
    return JSON.createObjectNode().put("name", name).put("bytes", bytes);
  }

  /** A list in two pages. */
  private static String printed(ViewFormat format) {
    StringWriter text = new StringWriter();
    Listing listing = new Listing(new PrintWriter(text), format, "things", COLUMNS);
    listing.add(List.of(item("a", 1), item("no: \"yes\"", 2000)));
    listing.add(List.of(item("a rather long name", 3)));
    listing.end("Nothing.");
    return text.toString();
  }

  private static String printedEmpty(ViewFormat format) {
    StringWriter text = new StringWriter();
    Listing listing = new Listing(new PrintWriter(text), format, "things", COLUMNS);
    listing.add(List.of());
    listing.end("Nothing.");
    return text.toString();
  }

  @Test
  void aTableHasAHeaderAndColumnsAndNoTrailingBlanks() {
    assertThat(printed(ViewFormat.TEXT))
        .isEqualTo(
            """
            NAME        SIZE
            a           1 byte
            no: "yes"   2.0 kB
            a rather long name   3 bytes
            """);
    assertThat(printed(ViewFormat.WIDE)).startsWith("NAME        BYTES\na           1\n");
  }

  @Test
  void jsonIsOneObjectHoweverManyPages() throws Exception {
    JsonNode list = JSON.readTree(printed(ViewFormat.JSON));

    assertThat(list.path("things").findValuesAsText("name"))
        .containsExactly("a", "no: \"yes\"", "a rather long name");
    assertThat(printedEmpty(ViewFormat.JSON)).isEqualTo("{\"things\":[]}\n");
  }

  @Test
  void yamlIsOneDocumentHoweverManyPages() {
    assertThat(printed(ViewFormat.YAML))
        .isEqualTo(
            """
            things:
            - name: a
              bytes: 1
            - name: 'no: "yes"'
              bytes: 2000
            - name: a rather long name
              bytes: 3
            """);
    assertThat(printedEmpty(ViewFormat.YAML)).isEqualTo("things: []\n");
  }

  @Test
  void namesAreALineEach() {
    assertThat(printed(ViewFormat.NAME)).isEqualTo("a\nno: \"yes\"\na rather long name\n");
    assertThat(printedEmpty(ViewFormat.NAME)).isEmpty();
  }

  @Test
  void peopleAreToldThatThereIsNothing() {
    assertThat(printedEmpty(ViewFormat.TEXT)).isEqualTo("Nothing.\n");
    assertThat(printedEmpty(ViewFormat.WIDE)).isEqualTo("Nothing.\n");
  }
}
