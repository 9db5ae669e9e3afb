package dev.larder.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostProcessTest {
  @TempDir private Path folder;
  private Process process;

  @BeforeEach
  void start() throws IOException {
    process = new ProcessBuilder("sleep", "1000").start();
  }

  @AfterEach
  void kill() {
    process.destroyForcibly();
  }

  @Test
  void oneThatRunsIsFoundAndEnded() throws Exception {
    remember(process.toHandle(), process.info().startInstant().orElseThrow());

    HostProcess found = HostProcess.find(folder).orElseThrow();
    assertThat(found.pid()).isEqualTo(process.pid());
    assertThat(found.port()).isEqualTo(5001);

    found.stop(Duration.ofSeconds(10));

    assertThat(process.waitFor()).isNotZero();
    assertThat(HostProcess.find(folder)).isEmpty();
  }

  /** As where a container's first process isn't an init. */
  @Test
  void oneThatNobodyCollectsIsSeenToHaveEnded() throws Exception {
    Process parent =
        new ProcessBuilder("sh", "-c", "sleep 1000 >/dev/null & echo $!; exec sleep 1000").start();
    try (BufferedReader out = parent.inputReader()) {
      ProcessHandle child = ProcessHandle.of(Long.parseLong(out.readLine())).orElseThrow();
      remember(child, child.info().startInstant().orElseThrow());

      HostProcess.find(folder).orElseThrow().stop(Duration.ofSeconds(10));

      assertThat(HostProcess.find(folder)).isEmpty();
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void anotherProcessThatHasItsNumberByNowIsLeftAlone() throws Exception {
    remember(process.toHandle(), process.info().startInstant().orElseThrow().minusSeconds(60));

    assertThat(HostProcess.find(folder)).isEmpty();
    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void whereNoneWasStartedNoneIsFound() throws Exception {
    assertThat(HostProcess.find(folder)).isEmpty();
  }

  private void remember(ProcessHandle handle, Instant started) throws IOException {
    Files.writeString(
        folder.resolve("up.json"),
        "{\"pid\": %d, \"started\": \"%s\", \"port\": 5001, \"settings\": \"s\"}"
            .formatted(handle.pid(), started));
  }
}
