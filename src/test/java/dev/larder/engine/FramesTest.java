package dev.larder.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FramesTest {
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  @Test
  void bothStreamsComeApart() throws Exception {
    frame(1, "one ");
    frame(2, "wrong");
    frame(1, "");
    frame(1, "two");

    Frames frames = frames(sent.size());

    assertThat(frames.readAllBytes()).asString(UTF_8).isEqualTo("one two");
    assertThat(frames.errors()).isEqualTo("wrong");
  }

  @Test
  void aByteMayBeReadAlone() throws Exception {
    frame(1, "ÿ");

    assertThat(frames(sent.size()).read()).isEqualTo(0xc3);
  }

  @Test
  void aFrameThatBreaksOffIsntTakenForTheEnd() throws Exception {
    frame(1, "whole");
    for (int cut = 1; cut < sent.size(); cut++) {
      Frames frames = frames(cut);
      assertThatThrownBy(frames::readAllBytes).isInstanceOf(EOFException.class);
    }
  }

  private void frame(int stream, String content) throws IOException {
    byte[] bytes = content.getBytes(UTF_8);
    sent.write(ByteBuffer.allocate(8).put((byte) stream).putInt(4, bytes.length).rewind().array());
    sent.write(bytes);
  }

  /** Brings what was sent in pieces of three bytes. */
  private Frames frames(int length) {
    InputStream whole = new ByteArrayInputStream(Arrays.copyOf(sent.toByteArray(), length));
    return new Frames(
        new InputStream() {
          @Override
          public int read() throws IOException {
            return whole.read();
          }

          @Override
          public int read(byte[] bytes, int offset, int count) throws IOException {
            return whole.read(bytes, offset, Math.min(3, count));
          }
        });
  }
}
