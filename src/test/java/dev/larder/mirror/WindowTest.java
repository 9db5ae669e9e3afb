package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.mirror.Window.Piece;
import dev.larder.testing.TestImages;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WindowTest {
  private static final byte[] CONTENT = TestImages.bytes(1, 1_005);
  private static final int BEGIN = 5;
  private static final int PIECE = 100;

  /** Has room for three pieces. */
  private final Window window = new Window(BEGIN, CONTENT.length, PIECE, 3);

  @AfterEach
  void free() {
    window.close();
    window.free();
  }

  /** Puts bytes of the piece there until there is no room for more without waiting. */
  private void fill(Piece piece, int count) {
    ByteBuffer room = window.room(piece).orElseThrow();
    int more = Math.min(count, room.remaining());
    room.put(CONTENT, (int) piece.position(), more);
    window.fill(piece, more);
    if (more < count) {
      fill(piece, count - more);
    }
  }

  private byte[] take() {
    ByteBuffer next = window.next().orElseThrow();
    byte[] bytes = new byte[next.remaining()];
    next.get(bytes);
    window.take(bytes.length);
    return bytes;
  }

  private static byte[] content(int from, int to) {
    return Arrays.copyOfRange(CONTENT, from, to);
  }

  @Test
  void piecesComeInOrderHoweverTheyWereFilled() {
    window.join();
    Piece first = window.hold().orElseThrow();
    Piece second = window.hold().orElseThrow();
    fill(second, PIECE);
    fill(first, PIECE);
    assertThat(take()).isEqualTo(content(5, 105));
    assertThat(take()).isEqualTo(content(105, 205));
  }

  @Test
  void bytesOfThePieceWhoseTurnItIsComeBeforeItIsWhole() {
    window.join();
    Piece first = window.hold().orElseThrow();
    fill(first, 30);
    assertThat(take()).isEqualTo(content(5, 35));
    fill(first, 20);
    assertThat(take()).isEqualTo(content(35, 55));
  }

  @Test
  void nobodyAsksForWhatThereIsNoRoomFor() throws Exception {
    window.join();
    Piece first = window.hold().orElseThrow();
    assertThat(window.hold()).isPresent();
    assertThat(window.hold()).isPresent();
    FutureTask<Optional<Piece>> fourth = new FutureTask<>(window::hold);
    Thread waiting = Thread.ofVirtual().start(fourth);
    TestMirrors.awaitParked(List.of(waiting));
    fill(first, 40);
    take();
    Piece next = TestMirrors.result(fourth).orElseThrow();
    assertThat(next.position()).isEqualTo(305);
    assertThat(window.room(next).orElseThrow().remaining()).isEqualTo(40);
  }

  @Test
  void wholeIsWhatManyPutThere() throws Exception {
    List<FutureTask<Boolean>> fillers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      window.join();
      fillers.addAll(TestMirrors.start(1, this::fillAll));
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (window.next().isPresent()) {
      all.write(take());
    }
    assertThat(all.toByteArray()).isEqualTo(content(BEGIN, CONTENT.length));
    assertThat(TestMirrors.results(fillers)).hasSize(4);
  }

  private boolean fillAll() {
    for (Optional<Piece> piece = window.hold(); piece.isPresent(); piece = window.hold()) {
      while (!piece.get().isWhole()) {
        fill(piece.get(), 1);
      }
    }
    window.leave();
    return true;
  }

  @Test
  void restOfAPieceThatWasDroppedIsSomebodyElses() {
    window.join();
    Piece first = window.hold().orElseThrow();
    fill(first, 30);
    window.drop(first);
    Piece again = window.hold().orElseThrow();
    assertThat(again.position()).isEqualTo(35);
    assertThat(again.end()).isEqualTo(105);
  }

  @Test
  void nothingMoreComesOnceNobodyFillsIt() {
    window.join();
    fill(window.hold().orElseThrow(), 30);
    window.leave();
    assertThat(take()).isEqualTo(content(5, 35));
    assertThat(window.next()).isEmpty();
  }

  @Test
  void nobodyWaitsOnceItIsClosed() throws Exception {
    window.join();
    List<FutureTask<Boolean>> waiting =
        List.of(
            TestMirrors.start(1, () -> window.next().isEmpty()).getFirst(),
            TestMirrors.start(1, this::holdsNothingMore).getFirst());
    window.close();
    assertThat(TestMirrors.results(waiting)).containsExactly(true, true);
  }

  private boolean holdsNothingMore() {
    Optional<Piece> held = window.hold();
    while (held.isPresent()) {
      held = window.hold();
    }
    return true;
  }
}
