package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SmallHeapTest {
  private static final long MB = 1 << 20;

  private long committed = 16 * MB;
  private long needed = 16 * MB;
  private int collections;

  private final SmallHeap heap =
      new SmallHeap(
          () -> committed,
          () -> {
            collections++;
            committed = needed;
          });

  @Test
  void aSmallHeapIsLeftAlone() {
    grow(SmallHeap.ENOUGH);
    assertThat(collections).isZero();
  }

  @Test
  void aHeapThatHasGrownIsCollectedEachTime() {
    grow(SmallHeap.ENOUGH + MB);
    assertThat(collections).isEqualTo(1);
    grow(SmallHeap.ENOUGH + MB);
    assertThat(collections).isEqualTo(2);
  }

  @Test
  void aHeapThatIsInUseIsCollectedAgainOnceItHasGrownByAQuarter() {
    needed = 64 * MB;
    grow(64 * MB);
    assertThat(collections).isEqualTo(1);
    grow(80 * MB);
    assertThat(collections).isEqualTo(1);
    grow(81 * MB);
    assertThat(collections).isEqualTo(2);
  }

  @Test
  void aHeapThatHasBecomeSmallAgainIsKeptSmall() {
    needed = 64 * MB;
    grow(64 * MB);
    grow(20 * MB);
    grow(SmallHeap.ENOUGH + MB);
    assertThat(collections).isEqualTo(2);
  }

  private void grow(long bytes) {
    committed = bytes;
    heap.check();
  }
}
