package dev.larder.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventsTest {
  /** Longer than any test may take: who waits is woken, and not told that time is up. */
  private static final Duration FOREVER = Duration.ofHours(1);

  private final Events events = new Events(4);

  private static Event event(int number) {
    return new Event(
        Instant.ofEpochSecond(number),
        Kind.PULL,
        new Event.Target(
            false,
            Optional.empty(),
            "app",
            Optional.of(String.valueOf(number)),
            Optional.empty(),
            "",
            0,
            Optional.empty()),
        "hosted",
        0,
        Duration.ZERO,
        Optional.empty(),
        Optional.empty());
  }

  private void add(int from, int to) {
    for (int i = from; i <= to; i++) {
      events.add(event(i));
    }
  }

  private static List<String> tags(Events.Batch batch) {
    return batch.events().stream().map(one -> one.target().tag().orElseThrow()).toList();
  }

  @Test
  void aReaderGetsEachEventOnceInOrder() {
    Events.Reader reader = events.fromNow();
    add(1, 2);
    assertThat(tags(reader.now())).containsExactly("1", "2");
    assertThat(reader.now().events()).isEmpty();
    add(3, 3);
    assertThat(tags(reader.now())).containsExactly("3");
  }

  @Test
  void whoComesLaterGetsTheLastOnesOrNoneOfThem() {
    add(1, 6);
    assertThat(tags(events.fromOldest().now())).containsExactly("3", "4", "5", "6");
    assertThat(events.fromOldest().now().missed()).isZero();
    assertThat(events.fromNow().now().events()).isEmpty();
  }

  @Test
  void aReaderThatIsTooSlowIsToldHowManyItHasMissed() {
    Events.Reader reader = events.fromNow();
    add(1, 1);
    assertThat(reader.now().missed()).isZero();
    add(2, 11);

    Events.Batch late = reader.now();

    assertThat(late.missed()).isEqualTo(6);
    assertThat(tags(late)).containsExactly("8", "9", "10", "11");
    add(12, 12);
    assertThat(reader.now().missed()).isZero();
  }

  @Test
  void aReaderThatWaitsIsWokenByTheNextEvent() throws Exception {
    Events.Reader reader = events.fromNow();
    CountDownLatch begun = new CountDownLatch(1);
    FutureTask<Events.Batch> waiting =
        start(
            () -> {
              begun.countDown();
              return reader.next(FOREVER);
            });
    begun.await();
    add(1, 1);

    assertThat(tags(waiting.get())).containsExactly("1");
  }

  @Test
  void aReaderThatHasWaitedLongEnoughGetsNothing() throws Exception {
    assertThat(events.fromNow().next(Duration.ZERO).events()).isEmpty();
  }

  @Test
  void waitingCanBeEnded() throws Exception {
    FutureTask<Events.Batch> waiting = new FutureTask<>(() -> events.fromNow().next(FOREVER));
    Thread thread = Thread.ofVirtual().start(waiting);
    thread.interrupt();

    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(waiting::get)
        .withCauseInstanceOf(InterruptedException.class);
  }

  @Test
  void noneIsLostOrTwiceThereWhenManyAddAtOnce() throws Exception {
    Events many = new Events(100_000);
    Events.Reader reader = many.fromNow();
    FutureTask<List<String>> reading =
        start(
            () -> {
              List<String> seen = new ArrayList<>();
              while (seen.size() < 10_000) {
                seen.addAll(tags(reader.next(FOREVER)));
              }
              return seen;
            });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 100; i++) {
        int first = i * 100;
        threads.execute(
            () -> {
              for (int j = 0; j < 100; j++) {
                many.add(event(first + j));
              }
            });
      }
    }
    assertThat(reading.get()).hasSize(10_000).doesNotHaveDuplicates();
  }

  private static <T> FutureTask<T> start(Callable<T> task) {
    FutureTask<T> future = new FutureTask<>(task);
    Thread.ofVirtual().start(future);
    return future;
  }
}
