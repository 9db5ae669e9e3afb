package dev.larder.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReserveTest {
  @TempDir Path folder;

  private boolean isThere() throws IOException {
    Path file = folder.resolve("reserve");
    return Files.exists(file) && Files.size(file) == Reserve.BYTES;
  }

  @Test
  void itIsMadeBeforeTheFirstBlobAndFoundAtTheNextStart() throws Exception {
    Reserve reserve = new Reserve(folder);
    assertThat(isThere()).isFalse();
    reserve.require();
    assertThat(isThere()).isTrue();
    Object first = Files.getLastModifiedTime(folder.resolve("reserve"));

    new Reserve(folder).require();

    assertThat(Files.getLastModifiedTime(folder.resolve("reserve"))).isEqualTo(first);
  }

  @Test
  void itIsGivenUpOnceAndMadeAgainWhenThereIsRoom() throws Exception {
    Reserve reserve = new Reserve(folder);
    reserve.require();

    assertThat(reserve.release()).isTrue();
    assertThat(isThere()).isFalse();
    assertThat(reserve.release()).isFalse();

    reserve.require();
    assertThat(isThere()).isTrue();
  }

  @Test
  void oneThatWasNotMadeWholeIsMadeAgain() throws Exception {
    Files.writeString(folder.resolve("reserve"), "killed while it was written");

    new Reserve(folder).require();

    assertThat(isThere()).isTrue();
  }
}
