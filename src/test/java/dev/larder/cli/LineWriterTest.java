package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LineWriterTest {

  @Test
  void linesAreWrittenInOrderAndFlushedWhenThereAreNoMore() {
    StringBuilder text = new StringBuilder();
    AtomicInteger flushes = new AtomicInteger();
    try (LineWriter lines = new LineWriter(text, flushes::incrementAndGet)) {
      lines.add(() -> "one");
      lines.add(() -> "two");
    }
    assertThat(text).hasToString("one\ntwo\n");
    assertThat(flushes).hasPositiveValue();
  }

  @Test
  void whoeverHasALineNeverWaitsForItsReaderAndTheReaderIsToldWhatIsMissing() {
    CountDownLatch unread = new CountDownLatch(1);
    StringBuilder text = new StringBuilder();
    try (LineWriter lines = new LineWriter(text, () -> {})) {
      lines.add(
          () -> {
            await(unread);
            return "first";
          });
      for (int i = 0; i < 100_000; i++) {
        lines.add(() -> "more");
      }
      unread.countDown();
    }
    assertThat(text.toString()).startsWith("first\n").contains(" lines left out");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
