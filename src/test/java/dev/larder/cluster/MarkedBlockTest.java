package dev.larder.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MarkedBlockTest {
  private static final String LINES = "key = 1\n";

  @Test
  void whatIsInsertedStandsBetweenMarksAndComesOutAgain() {
    String text = "a = 1\n[b]\nc = 2\n";

    String edited = MarkedBlock.insert(text, text.indexOf("[b]"), LINES);

    assertThat(edited)
        .isEqualTo(
            """
            a = 1
            # >>> larder attach: larder detach takes this block out
            key = 1
            # <<< larder attach
            [b]
            c = 2
            """);
    assertThat(MarkedBlock.isIn(edited)).isTrue();
    assertThat(MarkedBlock.removedFrom(edited)).isEqualTo(text);
  }

  @Test
  void aFileWithoutALineEndAtItsEndGetsNoneByTheDetour() {
    String text = "a = 1";

    String edited = MarkedBlock.append(text, LINES);

    assertThat(edited).contains("a = 1\n").contains("\nkey = 1\n");
    assertThat(MarkedBlock.removedFrom(edited)).isEqualTo(text);
  }

  @Test
  void anEmptyFileIsEmptyAgain() {
    assertThat(MarkedBlock.removedFrom(MarkedBlock.append("", LINES))).isEmpty();
  }

  @Test
  void aLineThatWasReplacedIsThereAgainWithItsSpacesAndItsLineEnd() {
    String text = "[b]\r\n\t key =  ''  # none\r\nd = 3\r\n";
    int from = text.indexOf("\t key");

    String edited = MarkedBlock.replace(text, from, text.indexOf("\nd"), LINES);

    assertThat(edited).contains("\nkey = 1\n# was: \t key =  ''  # none\r\n");
    assertThat(MarkedBlock.removedFrom(edited)).isEqualTo(text);
  }

  @Test
  void aFileWithoutABlockIsLeftAsItIs() {
    String text = "# >>> somebody else's\na = 1\n";

    assertThat(MarkedBlock.isIn(text)).isFalse();
    assertThat(MarkedBlock.removedFrom(text)).isEqualTo(text);
  }
}
