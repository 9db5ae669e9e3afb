package dev.larder.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinksTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "</v2/a/tags/list?n=2&last=b>; rel=\"next\" | n=2&last=b",
        "<https://evil.example/v2/a/tags/list?last=b>; rel=next | last=b",
        "</first?x=1>; rel=\"first\", </next?x=2>; title=\"a, b\"; rel=\"next\" | x=2",
        "<?last=b#fragment>;rel=\"prefetch next\" | last=b",
        "</next?x=2>; REL=\"Next\" | x=2"
      })
  void takesTheQueryOfTheNextPageAlone(String field, String query) {
    assertThat(Links.next(List.of(field))).contains(query);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "</v2/a/tags/list?n=2>; rel=\"prev\"",
        "</v2/a/tags/list>; rel=\"next\"",
        "</v2/a/tags/list?n=2>; rel=\"nextish\"",
        "</v2/a/tags/list?n=2>",
        "rel=next"
      })
  void elseThereIsNone(String field) {
    assertThat(Links.next(List.of(field))).isEmpty();
  }

  @Test
  void theLongestFieldsThatComeAreReadToo() {
    assertThat(Links.next(List.of("<?a=1>" + ";a=\"\"".repeat(3000) + ";rel=next")))
        .contains("a=1");
    assertThat(Links.next(List.of("<?a=1>" + ";a".repeat(8000)))).isEmpty();
  }

  @Test
  void looksIntoEveryField() {
    assertThat(Links.next(List.of("<?a=1>; rel=\"prev\"", "<?a=2>; rel=\"next\""))).contains("a=2");
  }
}
