package dev.larder.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.larder.store.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreLockTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-05-04T03:02:01.999Z"));
  private static final String TAKEN = "taken";

  @TempDir Path folder;

  /** Takes the folder that is named, says so or why not, and waits to be killed. */
  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      try (StoreLock _ = StoreLock.take(Path.of(arguments[0]), CLOCK)) {
        System.out.println(TAKEN);
        System.in.read();
      } catch (StoreLockedException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void aSecondProcessIsToldWhoHoldsTheFolder() throws Exception {
    try (StoreLock _ = StoreLock.take(folder, CLOCK);
        ChildProcess second = new ChildProcess(folder, Holder.class, folder.toString())) {
      assertThat(second.readLine())
          .contains(folder + " is in use by process " + ProcessHandle.current().pid() + " on ")
          .contains("since 2026-05-04T03:02:01Z");
    }
  }

  @Test
  void aFolderThatAnotherProcessHoldsIsFreeWhenThatIsKilled() throws Exception {
    try (ChildProcess first = new ChildProcess(folder, Holder.class, folder.toString())) {
      assertThat(first.readLine()).isEqualTo(TAKEN);
      assertThatExceptionOfType(StoreLockedException.class)
          .isThrownBy(() -> StoreLock.take(folder, CLOCK))
          .withMessageContaining("process " + first.pid() + " on ");

      first.kill();
    }

    StoreLock.take(folder, CLOCK).close();
  }

  @Test
  void oneProcessDoesNotTakeAFolderTwiceAndKeepsItAfterTrying() throws Exception {
    Path link =
        Files.createSymbolicLink(folder.resolveSibling(folder.getFileName() + "-2"), folder);
    try (StoreLock _ = StoreLock.take(folder, CLOCK)) {
      assertThatExceptionOfType(StoreLockedException.class)
          .isThrownBy(() -> StoreLock.take(link, CLOCK))
          .withMessageContaining("process " + ProcessHandle.current().pid() + " on ");

      try (ChildProcess second = new ChildProcess(folder, Holder.class, folder.toString())) {
        assertThat(second.readLine()).contains("is in use by");
      }
    } finally {
      Files.delete(link);
    }
  }

  @Test
  void aFolderIsFreeWhenItWasGivenFree() throws Exception {
    StoreLock first = StoreLock.take(folder.resolve("new/data"), CLOCK);
    first.close();
    first.close();

    try (StoreLock _ = StoreLock.take(folder.resolve("new/data"), CLOCK);
        ChildProcess other = new ChildProcess(folder, Holder.class, folder.toString())) {
      assertThat(other.readLine()).isEqualTo(TAKEN);
    }
  }

  @Test
  void whoTakesAFolderIsToldWhetherTheLastOneClosedIt() throws Exception {
    try (StoreLock first = StoreLock.take(folder, CLOCK)) {
      assertThat(first.wasClosed()).as("a folder that nobody has had").isFalse();
    }
    try (StoreLock second = StoreLock.take(folder, CLOCK)) {
      assertThat(second.wasClosed()).isTrue();
    }
    try (ChildProcess third = new ChildProcess(folder, Holder.class, folder.toString())) {
      assertThat(third.readLine()).isEqualTo(TAKEN);
      third.kill();
    }
    try (StoreLock fourth = StoreLock.take(folder, CLOCK)) {
      assertThat(fourth.wasClosed()).isFalse();
    }
  }
}
