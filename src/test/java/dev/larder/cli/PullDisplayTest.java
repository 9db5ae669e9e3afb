package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.control.Step;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PullDisplayTest {
  private static final String ERASED = "\u001b[1A\r\u001b[J";
  private final StringWriter lines = new StringWriter();
  private final StringWriter bars = new StringWriter();

  private PullDisplay display(boolean terminal) {
    return new PullDisplay(
        new PrintWriter(lines), terminal ? Optional.of(new PrintWriter(bars)) : Optional.empty());
  }

  private static Step layer(String name, long done, long total) {
    return new Step(name, Step.Unit.BYTES, done, total);
  }

  @Test
  void elsewhereThanOnATerminalThereIsALineForEachImageAndNothingElse() {
    try (PullDisplay display = display(false)) {
      display.report(layer("quay.io/app 0123", 1, 2));
      display.report(new Step("pulled: quay.io/app:1", Step.Unit.ITEMS, 1, 1));
    }
    assertThat(lines).hasToString("pulled: quay.io/app:1\n");
    assertThat(bars).hasToString("");
  }

  @Test
  void aTerminalHasABarForEachLayerUntilThatIsHere() {
    try (PullDisplay display = display(true)) {
      display.report(layer("quay.io/app 0123", 500_000, 1_000_000));
      display.report(layer("quay.io/app 4567", 10, 0));
      display.report(layer("quay.io/app 0123", 1_000_000, 1_000_000));
    }
    String half = "quay.io/app 0123                     [========        ] 500.0 kB/1.0 MB\n";
    String begun = "quay.io/app 4567                     [                ] 10 bytes\n";
    assertThat(bars)
        .hasToString(half + ERASED + half + begun + "\u001b[2A\r\u001b[J" + begun + ERASED);
  }

  @Test
  void aLongNameIsCutSoThatABarIsOneLine() {
    display(true)
        .report(layer("registry.example.org/some/group/with/names/app 0123", 1, 2_000_000));
    assertThat(bars.toString().strip().length()).isLessThan(80);
    assertThat(bars.toString()).startsWith("…").contains("app 0123 [");
  }
}
