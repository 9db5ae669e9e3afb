package dev.larder.registry.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.registry.access.Passwords.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswordsTest {
  @TempDir private Path folder;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final List<Duration> pauses = new CopyOnWriteArrayList<>();
  private Path file;
  private InetAddress here;
  private InetAddress there;

  @BeforeEach
  void addUsers() throws IOException {
    file = folder.resolve("htpasswd");
    here = address(1);
    there = address(2);
    Files.writeString(file, Htpasswd.EMPTY.with("alice", "right").with("bob", "b").text());
  }

  @Test
  void eachWrongPasswordOfAUserAtAnAddressWaitsLonger() {
    Passwords passwords = passwords(pauses::add);
    for (int i = 0; i < 8; i++) {
      assertThat(passwords.look("alice", "wrong " + i, here)).isEqualTo(Verdict.WRONG);
    }
    assertThat(pauses.stream().map(Duration::toMillis))
        .containsExactly(250L, 500L, 1000L, 2000L, 4000L, 8000L, 8000L, 8000L);

    pauses.clear();
    passwords.look("alice", "wrong", there);
    passwords.look("bob", "wrong", here);
    assertThat(pauses.stream().map(Duration::toMillis)).containsExactly(250L, 250L);
  }

  @Test
  void namesThatNobodyHasShareTheirDelay() {
    Passwords passwords = passwords(pauses::add);
    passwords.look("mallory", "x", here);
    passwords.look("trudy", "x", here);
    assertThat(pauses.stream().map(Duration::toMillis)).containsExactly(250L, 500L);
  }

  @Test
  void aRightPasswordOrAQuarterOfAnHourEndsTheDelay() {
    Passwords passwords = passwords(pauses::add);
    passwords.look("alice", "wrong", here);
    passwords.look("alice", "wrong", here);
    assertThat(passwords.look("alice", "right", here)).isEqualTo(Verdict.RIGHT);
    passwords.look("alice", "wrong", here);
    now.updateAndGet(time -> time.plus(Duration.ofMinutes(16)));
    passwords.look("alice", "wrong", here);
    assertThat(pauses.stream().map(Duration::toMillis)).containsExactly(250L, 500L, 250L, 250L);
  }

  @Test
  void aRememberedPasswordNeverWaitsForGuesses() throws Exception {
    CountDownLatch guessing = new CountDownLatch(1);
    CountDownLatch enough = new CountDownLatch(1);
    Passwords passwords =
        passwords(
            _ -> {
              guessing.countDown();
              enough.await();
            });
    assertThat(passwords.look("alice", "right", here)).isEqualTo(Verdict.RIGHT);
    Thread guess = Thread.ofVirtual().start(() -> passwords.look("alice", "wrong", here));
    guessing.await();
    assertThat(passwords.look("alice", "right", here)).isEqualTo(Verdict.RIGHT);
    assertThat(passwords.look("bob", "b", here)).isEqualTo(Verdict.RIGHT);
    enough.countDown();
    guess.join();
  }

  @Test
  void guessesThatComeAtOnceAreRefusedUnseen() throws Exception {
    CountDownLatch guessing = new CountDownLatch(1);
    CountDownLatch enough = new CountDownLatch(1);
    List<Verdict> verdicts = new CopyOnWriteArrayList<>();
    CountDownLatch refused = new CountDownLatch(20);
    // A cheap hash: there is one to compute for each that waits.
    replace("alice:$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n");
    Passwords passwords =
        passwords(
            _ -> {
              guessing.countDown();
              enough.await();
            });
    List<Thread> threads = new ArrayList<>();
    threads.add(Thread.ofVirtual().start(() -> passwords.look("alice", "wrong", here)));
    guessing.await();
    for (int i = 0; i < 100; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    Verdict verdict = passwords.look("alice", "wrong", here);
                    verdicts.add(verdict);
                    if (verdict == Verdict.TOO_MANY) {
                      refused.countDown();
                    }
                  }));
    }
    refused.await();
    // Only who waits for the turn may be left, and they are few.
    assertThat(verdicts).containsOnly(Verdict.TOO_MANY);
    enough.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(verdicts).hasSize(100).doesNotContain(Verdict.RIGHT).contains(Verdict.WRONG);
  }

  @Test
  void aChangedFileCountsAtOnce() throws IOException {
    Passwords passwords = passwords(pauses::add);
    assertThat(passwords.look("alice", "right", here)).isEqualTo(Verdict.RIGHT);
    replace(Htpasswd.EMPTY.with("alice", "changed").text());
    assertThat(passwords.look("alice", "right", here)).isEqualTo(Verdict.WRONG);
    assertThat(passwords.look("alice", "changed", here)).isEqualTo(Verdict.RIGHT);
    assertThat(passwords.knows("bob")).isFalse();
  }

  @Test
  void aFileThatBecameWrongKeepsTheUsersBefore() throws IOException {
    Passwords passwords = passwords(pauses::add);
    replace("alice:plain\n");
    assertThat(passwords.look("alice", "right", here)).isEqualTo(Verdict.RIGHT);
    Files.delete(file);
    assertThat(passwords.look("bob", "b", here)).isEqualTo(Verdict.RIGHT);
  }

  @Test
  void aFileThatIsMissingOrWrongAtTheStartIsNamed() throws IOException {
    assertThatThrownBy(() -> new PasswordFile(folder.resolve("none")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no password file " + folder.resolve("none"));
    replace("alice:plain\n");
    assertThatThrownBy(() -> new PasswordFile(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file + ", line 1: ")
        .hasMessageNotContaining("plain");
  }

  private Passwords passwords(Pause pause) {
    return new Passwords(new PasswordFile(file), now::get, pause);
  }

  /** As larder user does it. */
  private void replace(String text) throws IOException {
    Files.move(
        Files.writeString(folder.resolve("next"), text),
        file,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private static InetAddress address(int last) throws UnknownHostException {
    return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
  }
}
