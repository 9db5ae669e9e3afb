package dev.larder.mirror;

import static dev.larder.mirror.TestMirrors.awaitParked;
import static dev.larder.mirror.TestMirrors.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.RepositoryName;
import dev.larder.store.RepositoryKey;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final RepositoryKey ONE = RepositoryKey.hosted(new RepositoryName("one"));
  private static final RepositoryKey TWO = RepositoryKey.hosted(new RepositoryName("two"));
  private static final RepositoryKey THREE = RepositoryKey.hosted(new RepositoryName("three"));
  private static final long LENGTH = 1 << 20;

  private final Progress progress = new Progress();

  @Test
  void readersGetWhatIsWrittenButNotTheEnd() throws Exception {
    progress.begin(LENGTH);
    progress.advance(1000);
    assertThat(progress.awaitBeyond(0)).hasValue(1000);
    progress.advance(LENGTH);
    assertThat(progress.awaitBeyond(1000)).hasValue(LENGTH - Progress.HELD_BACK);
  }

  @Test
  void endIsGivenOutWhenItIsCommitted() throws Exception {
    progress.begin(LENGTH);
    progress.advance(LENGTH);
    FutureTask<Long> reader =
        new FutureTask<>(() -> progress.awaitBeyond(LENGTH - Progress.HELD_BACK).getAsLong());
    awaitParked(List.of(Thread.ofVirtual().start(reader)));
    assertThat(reader).isNotDone();
    assertThat(progress.commit(Set.of())).isEmpty();
    assertThat(result(reader)).isGreaterThanOrEqualTo(LENGTH);
  }

  @Test
  void failureReachesReadersEvenWhereBytesAreLeft() {
    progress.begin(LENGTH);
    progress.advance(1000);
    progress.fail(new Lookup.Unavailable<>("it broke", Optional.empty()));
    assertThatThrownBy(() -> progress.awaitBeyond(0))
        .isInstanceOf(IOException.class)
        .hasMessage("it broke");
  }

  @Test
  void itRewindsOnlyWhileNothingWasGivenOut() throws Exception {
    progress.begin(LENGTH);
    progress.advance(1000);
    assertThat(progress.rewind()).isTrue();
    progress.advance(2000);
    assertThat(progress.awaitBeyond(0)).hasValue(2000);
    assertThat(progress.rewind()).isFalse();
  }

  @Test
  void itEndsOnlyWhenAllWhoJoinedAreLinked() {
    progress.join(ONE);
    progress.join(TWO);
    assertThat(progress.commit(Set.of(ONE))).containsExactly(TWO);
    assertThat(progress.state()).isNotInstanceOf(Progress.State.Committed.class);
    assertThat(progress.commit(Set.of(ONE, TWO))).isEmpty();
    progress.join(THREE);
    assertThat(progress.hasJoined(THREE)).isFalse();
  }
}
